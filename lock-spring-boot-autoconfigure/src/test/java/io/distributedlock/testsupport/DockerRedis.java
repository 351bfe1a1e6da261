package io.distributedlock.testsupport;

import org.testcontainers.containers.GenericContainer;

/**
 * A server in a container, for tests with
 * {@code @Testcontainers(disabledWithoutDocker = true)}.
 */
public final class DockerRedis extends GenericContainer<DockerRedis> implements RedisEndpoint {

	private static final int PORT = 6379;

	public DockerRedis() {
		this("redis:8");
	}

	/**
	 * Use another image.
	 * @param image an image that listens on port 6379, for example
	 * {@code valkey/valkey:9}
	 */
	public DockerRedis(String image) {
		super(image);
		withExposedPorts(PORT);
	}

	@Override
	public String host() {
		return getHost();
	}

	@Override
	public int port() {
		return getMappedPort(PORT);
	}

}
