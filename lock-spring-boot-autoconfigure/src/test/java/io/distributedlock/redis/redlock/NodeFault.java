package io.distributedlock.redis.redlock;

import java.time.Duration;

/**
 * How a node can fail.
 */
enum NodeFault {

	HUNG {

		@Override
		void inject(RedlockServers nodes, int number) {
			nodes.server(number).pause();
		}

	},

	KILLED {

		@Override
		void inject(RedlockServers nodes, int number) {
			nodes.server(number).kill();
		}

	},

	PARTITIONED {

		@Override
		void inject(RedlockServers nodes, int number) {
			nodes.proxy(number).freeze();
		}

	},

	SLOW {

		@Override
		void inject(RedlockServers nodes, int number) {
			nodes.proxy(number).delayReplies(Duration.ofMillis(300));
		}

	},

	LOSING_REPLIES {

		@Override
		void inject(RedlockServers nodes, int number) {
			nodes.proxy(number).dropReplies();
		}

	},

	LOSING_REQUESTS {

		@Override
		void inject(RedlockServers nodes, int number) {
			nodes.proxy(number).dropRequests();
		}

	},

	OUT_OF_MEMORY {

		@Override
		void inject(RedlockServers nodes, int number) {
			nodes.server(number).cli("CONFIG", "SET", "maxmemory", "1");
		}

		@Override
		void heal(RedlockServers nodes, int number) {
			nodes.server(number).cli("CONFIG", "SET", "maxmemory", "0");
		}

	},

	READONLY {

		@Override
		void inject(RedlockServers nodes, int number) {
			nodes.server(number).cli("REPLICAOF", "127.0.0.1", "1");
		}

		@Override
		void heal(RedlockServers nodes, int number) {
			nodes.server(number).cli("REPLICAOF", "NO", "ONE");
		}

	};

	abstract void inject(RedlockServers nodes, int number);

	/**
	 * End what {@link RedlockServers#heal()} does not end.
	 */
	void heal(RedlockServers nodes, int number) {
	}

}
