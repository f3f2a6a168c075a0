package dev.parley.http;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A component of a request's record, see {@link Http}. Fills the variable of this name in the path,
 * percent-encoded as one segment. Without it a component fills the variable that has its name.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Path {
  /** Returns the name of the variable. Defaults to the component's name. */
  String value() default "";
}
