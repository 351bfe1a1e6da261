package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.Locale;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Where a node is and how to log in there.
 *
 * @param uri the address, the user, the password, the database and whether to use TLS
 * @param sslOptions the keys and certificates, if TLS is used
 * @param nodeTimeout how long to wait for the vote of this node, or null for as long as
 * for all others
 * @param connectTimeout how long to wait for a connection to this node, or null for as
 * long as for all others
 * @since 1.0
 */
public record RedlockServer(RedisURI uri, SslOptions sslOptions, @Nullable Duration nodeTimeout,
		@Nullable Duration connectTimeout) {

	/**
	 * Check the server.
	 */
	public RedlockServer {
		Assert.isTrue(uri.getSentinels().isEmpty(), "'uri' must be that of a node, not of a Sentinel");
	}

	/**
	 * Return a server.
	 * @param uri such as {@code redis://user:password@host:6379} or {@code rediss://host}
	 * @return the server
	 */
	public static RedlockServer of(String uri) {
		return new RedlockServer(RedisURI.create(uri), SslOptions.create(), null, null);
	}

	/**
	 * Return where the server is, without the password.
	 * @return host and port, or the path of a socket
	 */
	public String address() {
		String socket = this.uri.getSocket();
		return (socket != null) ? socket
				: "%s:%d".formatted(this.uri.getHost().toLowerCase(Locale.ROOT), this.uri.getPort());
	}

	@Override
	public String toString() {
		return address();
	}

}
