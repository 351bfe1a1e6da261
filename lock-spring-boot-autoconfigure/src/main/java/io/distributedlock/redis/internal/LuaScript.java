package io.distributedlock.redis.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import org.springframework.core.io.ClassPathResource;

/**
 * A script from {@code .lua} files.
 *
 * @since 1.0
 */
public final class LuaScript {

	private static final String DIRECTORY = "io/distributedlock/redis/";

	private final byte[] source;

	private final String digest;

	private LuaScript(byte[] source) {
		this.source = source;
		try {
			this.digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(source));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Load a script.
	 * @param files its parts, in order, below the directory of all scripts
	 * @return the script
	 */
	public static LuaScript load(String... files) {
		ByteArrayOutputStream source = new ByteArrayOutputStream();
		try {
			for (String file : files) {
				source.writeBytes(new ClassPathResource(DIRECTORY + file).getContentAsByteArray());
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return new LuaScript(source.toByteArray());
	}

	/**
	 * Return the source.
	 * @return the source
	 */
	public byte[] source() {
		return this.source;
	}

	/**
	 * Return the SHA-1 of the source, by which Redis knows the script, in hexadecimal.
	 * @return the digest
	 */
	public String digest() {
		return this.digest;
	}

}
