package io.distributedlock.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.distributedlock.autoconfigure.DistributedLockProperties.Redlock;
import io.distributedlock.redis.redlock.RedlockServer;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.util.StringUtils;

/**
 * Reads where the nodes of a quorum are. What is wrong with them is told without their
 * passwords.
 */
final class RedlockServers {

	private static final String PROPERTY = "distributed-lock.redlock.nodes";

	private static final int MIN_NODES = 3;

	private final Redlock properties;

	private final ObjectProvider<SslBundles> sslBundles;

	RedlockServers(Redlock properties, ObjectProvider<SslBundles> sslBundles) {
		this.properties = properties;
		this.sslBundles = sslBundles;
	}

	/**
	 * Return the servers.
	 * @throws NoLockStoreException if they cannot make a quorum
	 */
	List<RedlockServer> get() {
		List<RedlockServer> servers = new ArrayList<>();
		for (Redlock.Node node : this.properties.getNodes()) {
			servers.add(server(node, "%s[%d]".formatted(PROPERTY, servers.size())));
		}
		Set<String> addresses = new LinkedHashSet<>();
		for (RedlockServer server : servers) {
			if (!addresses.add(server.address())) {
				throw new NoLockStoreException("The property '%s' names the node %s twice.".formatted(PROPERTY, server),
						"Let each node be a server of its own.");
			}
		}
		if (servers.size() < MIN_NODES || servers.size() % 2 == 0) {
			throw new NoLockStoreException(
					"The property '%s' names %d nodes%s.".formatted(PROPERTY, servers.size(),
							addresses.isEmpty() ? "" : ": " + String.join(", ", addresses)),
					"Name an odd number of nodes, at least three: with an even number, the last one would only be one "
							+ "more that can fail.");
		}
		return servers;
	}

	private RedlockServer server(Redlock.Node node, String name) {
		String text = node.getUri();
		if (!StringUtils.hasText(text)) {
			throw new NoLockStoreException("The property '%s' has no URI.".formatted(name),
					"Set it to that of a node.");
		}
		RedisURI uri;
		boolean hasCredentials;
		try {
			hasCredentials = URI.create(text).getRawUserInfo() != null;
			uri = RedisURI.create(text);
		}
		catch (IllegalArgumentException ex) {
			throw notARedisUri(name);
		}
		if (!uri.getSentinels().isEmpty() || (uri.getHost() == null && uri.getSocket() == null)) {
			throw notARedisUri(name);
		}
		logIn(uri, node, hasCredentials);
		String bundle = (node.getSslBundle() != null) ? node.getSslBundle() : this.properties.getSslBundle();
		SslOptions sslOptions = SslOptions.create();
		if (StringUtils.hasText(bundle)) {
			uri.setSsl(true);
			sslOptions = sslOptions(this.sslBundles.getObject().getBundle(bundle));
		}
		return new RedlockServer(uri, sslOptions, timeout(name, "node-timeout", node.getNodeTimeout()),
				timeout(name, "connect-timeout", node.getConnectTimeout()));
	}

	private static @Nullable Duration timeout(String node, String name, @Nullable Duration timeout) {
		if (timeout != null) {
			PropertyCheck.duration("%s.%s".formatted(node.substring(PropertyCheck.PREFIX.length()), name), timeout,
					Duration.ofMillis(1));
		}
		return timeout;
	}

	private static NoLockStoreException notARedisUri(String name) {
		return new NoLockStoreException("The property '%s' is not the URI of a Redis node.".formatted(name),
				"Write it as 'redis://host:port' or 'redis://user:password@host:port', with 'rediss' for TLS, and "
						+ "percent-encode special characters of user and password.");
	}

	private void logIn(RedisURI uri, Redlock.Node node, boolean hasCredentials) {
		if (StringUtils.hasText(node.getPassword())) {
			logIn(uri, node.getUsername(), node.getPassword());
		}
		else if (!hasCredentials && StringUtils.hasText(this.properties.getPassword())) {
			logIn(uri, this.properties.getUsername(), this.properties.getPassword());
		}
	}

	private static void logIn(RedisURI uri, @Nullable String username, String password) {
		if (StringUtils.hasText(username)) {
			uri.setAuthentication(username, password);
		}
		else {
			uri.setAuthentication(password);
		}
	}

	private static SslOptions sslOptions(SslBundle bundle) {
		SslManagerBundle managers = bundle.getManagers();
		SslOptions.Builder options = SslOptions.builder()
			.keyManager(managers.getKeyManagerFactory())
			.trustManager(managers.getTrustManagerFactory());
		String[] ciphers = bundle.getOptions().getCiphers();
		if (ciphers != null) {
			options.cipherSuites(ciphers);
		}
		String[] protocols = bundle.getOptions().getEnabledProtocols();
		if (protocols != null) {
			options.protocols(protocols);
		}
		return options.build();
	}

}
