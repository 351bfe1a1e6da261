package io.distributedlock.redis.redlock;

import io.distributedlock.testsupport.NetworkFault;
import io.distributedlock.testsupport.ServerFault;
import org.jspecify.annotations.Nullable;

/**
 * How a node can fail.
 */
enum NodeFault {

	HUNG(ServerFault.HUNG),

	KILLED(ServerFault.KILLED),

	PARTITIONED(NetworkFault.PARTITIONED),

	SLOW(NetworkFault.SLOW),

	LOSING_REPLIES(NetworkFault.LOSING_REPLIES),

	LOSING_REQUESTS(NetworkFault.LOSING_REQUESTS),

	OUT_OF_MEMORY(ServerFault.OUT_OF_MEMORY),

	READ_ONLY(ServerFault.READ_ONLY);

	private final @Nullable ServerFault ofServer;

	private final @Nullable NetworkFault ofNetwork;

	NodeFault(ServerFault fault) {
		this.ofServer = fault;
		this.ofNetwork = null;
	}

	NodeFault(NetworkFault fault) {
		this.ofServer = null;
		this.ofNetwork = fault;
	}

	void inject(RedlockServers nodes, int number) {
		if (this.ofServer != null) {
			this.ofServer.inject(nodes.server(number));
		}
		if (this.ofNetwork != null) {
			this.ofNetwork.inject(nodes.proxy(number));
		}
	}

	/**
	 * End what {@link RedlockServers#heal()} does not end.
	 */
	void heal(RedlockServers nodes, int number) {
		if (this.ofServer != null) {
			this.ofServer.heal(nodes.server(number));
		}
	}

}
