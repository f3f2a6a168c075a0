/** An inbox of webhooks behind other web frameworks: copy the one that you have. */
@NullMarked
package dev.parley.samples.webhooks;

import org.jspecify.annotations.NullMarked;
