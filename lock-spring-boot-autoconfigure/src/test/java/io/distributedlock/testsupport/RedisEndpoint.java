package io.distributedlock.testsupport;

import org.jspecify.annotations.Nullable;

/**
 * Where a Redis server can be reached, however it was started.
 */
public interface RedisEndpoint {

	/**
	 * The address everything that is started here listens on.
	 */
	String LOOPBACK = "127.0.0.1";

	/**
	 * Return the host to connect to.
	 * @return the host name or address
	 */
	String host();

	/**
	 * Return the port to connect to.
	 * @return the TCP port
	 */
	int port();

	/**
	 * Return the address as a {@code redis://} URI without credentials.
	 * @return the URI
	 */
	default String uri() {
		return "redis://%s:%d".formatted(host(), port());
	}

	/**
	 * Run one command on a connection of its own, independently of the code under test.
	 * @param command the command and its arguments
	 * @return the reply as {@link RespClient#call} returns it
	 */
	default @Nullable Object cli(String... command) {
		try (RespClient client = new RespClient(this)) {
			return client.call(command);
		}
	}

}
