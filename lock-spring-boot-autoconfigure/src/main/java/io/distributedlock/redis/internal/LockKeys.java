package io.distributedlock.redis.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * The Redis keys of a lock: {@code <prefix>{<key>}} and, with it in one Cluster slot, the
 * same followed by {@code :fence}, {@code :queue} and so on.
 * <p>
 * A key stands there as the user wrote it, except that characters which would break the
 * hash tag or a line of {@code redis-cli} are percent-encoded ({@code %7B} for an opening
 * brace) and that a key of more than {@value #MAX_LENGTH} bytes is cut and ends in
 * {@code %sha256:} and its hash. Different keys never share a Redis key.
 *
 * @since 1.0
 */
public final class LockKeys {

	private static final int MAX_LENGTH = 512;

	private static final int KEPT_LENGTH = 128;

	private static final HexFormat HEX = HexFormat.of().withUpperCase();

	private static final byte[] FENCE = bytes(":fence");

	private static final byte[] QUEUE = bytes(":queue");

	private static final byte[] WAITERS = bytes(":waiters");

	private static final byte[] TURN = bytes(":turn");

	private static final String HASH = "%sha256:";

	private final String prefix;

	/**
	 * Create keys.
	 * @param prefix the prefix of all of them
	 */
	public LockKeys(String prefix) {
		Assert.isTrue(isValidPrefix(prefix),
				"'prefix' must not be empty and must not contain '{', '}', white space or control characters");
		this.prefix = prefix + "{";
	}

	/**
	 * Return whether a text can be the prefix of all keys: a brace in it would move the
	 * hash tag.
	 * @param prefix the text
	 * @return whether it can be used
	 */
	public static boolean isValidPrefix(String prefix) {
		return !prefix.isEmpty() && prefix.chars().noneMatch(LockKeys::isUnsafe);
	}

	/**
	 * Return the key of a lock.
	 * @param key the key as the user wrote it
	 * @return the Redis key
	 */
	public byte[] lock(String key) {
		return bytes(this.prefix + encode(key) + "}");
	}

	/**
	 * Return a pattern that the keys of all locks match, and no other keys with the same
	 * prefix.
	 * @return the pattern, as {@code SCAN} understands it
	 */
	public String pattern() {
		return this.prefix.replaceAll("[\\\\*?\\[\\]]", "\\\\$0") + "*}";
	}

	/**
	 * Return the key of a lock as the user wrote it, or as it stands in Redis if it was
	 * too long.
	 * @param lock the Redis key of the lock
	 * @return the key, or null if the Redis key is not that of a lock
	 */
	public @Nullable String key(byte[] lock) {
		String text = new String(lock, StandardCharsets.UTF_8);
		if (!text.startsWith(this.prefix) || text.indexOf('}') != text.length() - 1) {
			return null;
		}
		String encoded = text.substring(this.prefix.length(), text.length() - 1);
		try {
			return encoded.contains(HASH) ? encoded : percentDecode(encoded);
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			// Another program has written it
			return encoded;
		}
	}

	/**
	 * Return the key of the fence of a lock.
	 * @param key the key as the user wrote it
	 * @return the Redis key
	 */
	public byte[] fence(String key) {
		return append(lock(key), FENCE);
	}

	/**
	 * Return the keys of a lock, its fence and its queue, in this order.
	 * @param lock the Redis key of the lock
	 * @return the Redis keys
	 */
	public byte[][] all(byte[] lock) {
		return new byte[][] { lock, append(lock, FENCE), append(lock, QUEUE) };
	}

	/**
	 * Return the keys of a lock, its fence and its queue, in this order.
	 * @param key the key as the user wrote it
	 * @return the Redis keys
	 */
	public byte[][] all(String key) {
		return all(lock(key));
	}

	private static byte[] append(byte[] start, byte[] end) {
		byte[] all = Arrays.copyOf(start, start.length + end.length);
		System.arraycopy(end, 0, all, start.length, end.length);
		return all;
	}

	/**
	 * Return the keys of a lock, its fence, its waiters and its turn, in this order:
	 * those of a lock on a quorum of nodes.
	 * @param key the key as the user wrote it
	 * @return the Redis keys
	 */
	public byte[][] ofQuorum(String key) {
		return ofQuorum(lock(key));
	}

	/**
	 * Return the keys of a lock, its fence, its waiters and its turn, in this order.
	 * @param lock the Redis key of the lock
	 * @return the Redis keys
	 */
	public byte[][] ofQuorum(byte[] lock) {
		return new byte[][] { lock, append(lock, FENCE), append(lock, WAITERS), append(lock, TURN) };
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String encode(String key) {
		String encoded = isSafe(key) ? key : percentEncode(key);
		if (encoded.length() <= MAX_LENGTH / 4) {
			return encoded;
		}
		byte[] utf8 = encoded.getBytes(StandardCharsets.UTF_8);
		if (utf8.length <= MAX_LENGTH) {
			return encoded;
		}
		int end = KEPT_LENGTH - (Character.isHighSurrogate(encoded.charAt(KEPT_LENGTH - 1)) ? 1 : 0);
		return encoded.substring(0, end) + HASH + HexFormat.of().formatHex(sha256(utf8));
	}

	private static boolean isSafe(String key) {
		for (int i = 0; i < key.length(); i++) {
			char c = key.charAt(i);
			if (c == '%' || isUnsafe(c) || Character.isSurrogate(c)) {
				return false;
			}
		}
		return true;
	}

	private static boolean isUnsafe(int c) {
		return c == '{' || c == '}' || Character.isWhitespace(c) || Character.isSpaceChar(c)
				|| Character.isISOControl(c);
	}

	private static String percentEncode(String key) {
		StringBuilder encoded = new StringBuilder(key.length() + 16);
		key.codePoints().forEach((c) -> {
			if (c == '%' || isUnsafe(c)) {
				for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
					encoded.append('%').append(HEX.toHexDigits(b));
				}
			}
			else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
				// Half a character has no UTF-8 form: all of them would become '?'
				encoded.append("%u").append(HEX.toHexDigits((char) c));
			}
			else {
				encoded.appendCodePoint(c);
			}
		});
		return encoded.toString();
	}

	private static String percentDecode(String encoded) {
		if (encoded.indexOf('%') < 0) {
			return encoded;
		}
		StringBuilder key = new StringBuilder(encoded.length());
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		int i = 0;
		while (i < encoded.length()) {
			if (encoded.startsWith("%u", i)) {
				key.append((char) HexFormat.fromHexDigits(encoded, i + 2, i + 6));
				i += 6;
			}
			else if (encoded.charAt(i) == '%') {
				bytes.reset();
				for (; i < encoded.length() && encoded.charAt(i) == '%' && !encoded.startsWith("%u", i); i += 3) {
					bytes.write(HexFormat.fromHexDigits(encoded, i + 1, i + 3));
				}
				key.append(bytes.toString(StandardCharsets.UTF_8));
			}
			else {
				key.append(encoded.charAt(i++));
			}
		}
		return key.toString();
	}

	private static byte[] sha256(byte[] bytes) {
		try {
			return MessageDigest.getInstance("SHA-256").digest(bytes);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
