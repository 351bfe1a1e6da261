package io.distributedlock.testsupport;

/**
 * An error reply; the message starts with the error code, for example {@code NOAUTH}.
 */
public final class RespException extends RuntimeException {

	RespException(String message) {
		super(message);
	}

}
