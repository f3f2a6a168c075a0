/** JSON for any type; start at {@link dev.parley.codec.jackson.JacksonCodecs}. */
package dev.parley.codec.jackson;
