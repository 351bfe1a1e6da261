package io.distributedlock.chaos;

import java.util.List;

import io.distributedlock.testsupport.RedisServerProcess;

/**
 * Servers that clients use, and what may happen to them.
 */
interface Topology extends AutoCloseable {

	/**
	 * Return the servers with data.
	 */
	List<RedisServerProcess> servers();

	/**
	 * Return how many of the servers are masters when all is well.
	 */
	int masters();

	/**
	 * Return how many servers are asked for one lock.
	 */
	default int copies() {
		return 1;
	}

	/**
	 * Return whether two may believe to hold the same lock after servers have lost data.
	 */
	boolean mayForgetLocks();

	/**
	 * Return the properties of an application that uses the servers.
	 * @param client the number of the client, from zero
	 */
	List<String> properties(int client);

	List<Fault> faults();

	@Override
	void close();

}
