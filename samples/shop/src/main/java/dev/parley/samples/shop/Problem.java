package dev.parley.samples.shop;

import java.util.Locale;

/**
 * Why the shop said no, as RFC 9457 has it.
 *
 * @param type what kind of problem it is
 * @param title the kind in words
 * @param status the HTTP status
 * @param detail what went wrong this time and what to do about it
 */
public record Problem(String type, String title, int status, String detail) {
  static Problem of(int status, String title, String detail) {
    String slug = title.toLowerCase(Locale.ROOT).replace(' ', '-');
    return new Problem("https://shop.example/problems/" + slug, title, status, detail);
  }
}
