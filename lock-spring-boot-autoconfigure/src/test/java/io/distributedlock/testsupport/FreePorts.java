package io.distributedlock.testsupport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds free ports below the range the operating system takes client ports from, so that
 * no client occupies the port of a server which is down, or connects to itself.
 */
final class FreePorts {

	private static final int FROM = 12000;

	private static final int TO = 32000;

	private static final int CLUSTER_BUS_OFFSET = 10000;

	private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

	private FreePorts() {
	}

	/**
	 * Return a port nothing listens on and this JVM was not given before.
	 * @return the port
	 */
	static int next() {
		for (int i = 0; i < 1000; i++) {
			int port = ThreadLocalRandom.current().nextInt(FROM, TO);
			if (take(port)) {
				return port;
			}
		}
		throw new IllegalStateException("No free port between %d and %d".formatted(FROM, TO));
	}

	/**
	 * Return a port like {@link #next()} for a node of a Redis Cluster, which talks to
	 * the other nodes on a second port, higher by a fixed number.
	 * @return the first port
	 */
	static int nextWithClusterBus() {
		for (int i = 0; i < 1000; i++) {
			int port = ThreadLocalRandom.current().nextInt(FROM, TO - CLUSTER_BUS_OFFSET);
			if (take(port + CLUSTER_BUS_OFFSET) && take(port)) {
				return port;
			}
		}
		throw new IllegalStateException("No two free ports between %d and %d".formatted(FROM, TO));
	}

	private static boolean take(int port) {
		return isFree(port) && TAKEN.add(port);
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(RedisEndpoint.LOOPBACK))) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
