package io.distributedlock.testsupport;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * One complete RESP message.
 *
 * @param raw the bytes as they were read
 * @param value the decoded value: a String, a Long, a List, null or, for an error, a
 * {@link RespException}
 */
record RespMessage(byte[] raw, @Nullable Object value) {

	/**
	 * Return whether the message answers no request, as published messages do in RESP 3.
	 * @return {@code true} for a push message
	 */
	boolean isPush() {
		return this.raw[0] == '>';
	}

	/**
	 * Return a request the way one would type it.
	 * @return the command and its arguments, separated by spaces
	 */
	String text() {
		if (this.value instanceof List<?> parts) {
			return parts.stream().map(String::valueOf).collect(Collectors.joining(" "));
		}
		return String.valueOf(this.value);
	}

}
