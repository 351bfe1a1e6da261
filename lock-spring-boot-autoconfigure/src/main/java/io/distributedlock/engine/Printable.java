package io.distributedlock.engine;

import java.util.regex.Pattern;

/**
 * A text of users, such as a key, for the log: nothing in it passes for another line.
 *
 * @since 1.0
 */
public final class Printable {

	private static final Pattern NOT_PRINTABLE = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029]");

	private Printable() {
	}

	/**
	 * Replace control characters and ends of lines by question marks.
	 * @param text the text
	 * @return the text on one line
	 */
	public static String of(String text) {
		return NOT_PRINTABLE.matcher(text).replaceAll("?");
	}

}
