package dev.parley.rest;

import dev.parley.Binding;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a listing goes from page to page, so that a stream gives its elements one by one; a binding
 * beside {@link dev.parley.http.Http}: {@code .bind(Http.get("/orders")).bind(Pages.links())}.
 *
 * <p>The reply type of the operation is that of one element. The first page is fetched when the
 * stream connects, each other one when the elements of the last one have been taken, so that there
 * is never more than one page in memory beside the stream's buffer. The position of an element
 * leads to the one after it: a stream that resumes there fetches that page again and skips what was
 * delivered. The stream ends after the last page.
 *
 * <p>Pages are JSON. The next page must be at the channel's own authority; a link elsewhere fails
 * the stream, since it would get the credentials.
 *
 * {@snippet class="dev.parley.rest.RestSnippets" region="pages"}
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Pages implements Binding {
  /** How to find the next page. */
  enum Way {
    LINK,
    NEXT_URL,
    CURSOR,
    NUMBER
  }

  private final Way way;
  private final String pointer;
  private final String parameter;
  private final int first;
  private final String items;

  private Pages(Way way, String pointer, String parameter, int first, String items) {
    this.way = way;
    this.pointer = pointer;
    this.parameter = parameter;
    this.first = first;
    this.items = items;
  }

  /** Follows the header {@code Link: <…>; rel="next"} (RFC 8288) until there is none. */
  public static Pages links() {
    return new Pages(Way.LINK, "", "", 0, "");
  }

  /**
   * Follows an address in the body until there is none.
   *
   * @param pointer where it is, as a JSON pointer such as {@code /paging/next}
   */
  public static Pages nextUrl(String pointer) {
    return new Pages(Way.NEXT_URL, pointer(pointer), "", 0, "");
  }

  /**
   * Sends back a cursor from the body until there is none, or an empty one.
   *
   * @param pointer where it is, as a JSON pointer such as {@code /next_cursor}
   * @param parameter the query parameter it is sent back in
   */
  public static Pages cursor(String pointer, String parameter) {
    return new Pages(
        Way.CURSOR, pointer(pointer), Objects.requireNonNull(parameter, "parameter"), 0, "");
  }

  /**
   * Counts pages until one is empty.
   *
   * @param parameter the query parameter of the number
   * @param first the number of the first page
   */
  public static Pages numbered(String parameter, int first) {
    return new Pages(Way.NUMBER, "", Objects.requireNonNull(parameter, "parameter"), first, "");
  }

  /** Sets where the array of elements is, as a JSON pointer. Defaults to the whole body. */
  public Pages items(String newItems) {
    return new Pages(way, pointer, parameter, first, pointer(newItems));
  }

  Way way() {
    return way;
  }

  String pointer() {
    return pointer;
  }

  String parameter() {
    return parameter;
  }

  int first() {
    return first;
  }

  String items() {
    return items;
  }

  private static String pointer(@Nullable String text) {
    Objects.requireNonNull(text, "pointer");
    if (!text.isEmpty() && text.charAt(0) != '/') {
      throw new IllegalArgumentException(
          "a JSON pointer must be empty or begin with /, but is \"" + text + "\"");
    }
    return text;
  }
}
