package dev.parley.http;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A component of a request's record, see {@link Http}. Goes into the query: each element of a
 * collection or array as a value of its own, each entry of a map under its key; null and empty
 * {@code Optional} not at all.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Query {
  /** Returns the name of the parameter. Defaults to the component's name. */
  String value() default "";
}
