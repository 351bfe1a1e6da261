package io.distributedlock.testsupport;

import java.time.Duration;

/**
 * What a server may suffer. Each fault is to be healed before the next one, and not all
 * last until then.
 */
public enum ServerFault {

	/**
	 * Does not run, and goes on later with what it has received meanwhile.
	 */
	HUNG {

		@Override
		public void inject(RedisServerProcess server) {
			server.pause();
		}

		@Override
		public void heal(RedisServerProcess server) {
			server.resume();
		}

	},

	/**
	 * Dies, and starts again without its data.
	 */
	KILLED {

		@Override
		public void inject(RedisServerProcess server) {
			server.kill();
		}

		@Override
		public void heal(RedisServerProcess server) {
			server.restart();
		}

	},

	/**
	 * Serves nobody for half a second.
	 */
	CLIENTS_PAUSED {

		@Override
		public void inject(RedisServerProcess server) {
			server.cli("CLIENT", "PAUSE", Long.toString(PAUSE.toMillis()));
		}

	},

	/**
	 * Closes the connections of all clients.
	 */
	CLIENTS_KILLED {

		@Override
		public void inject(RedisServerProcess server) {
			server.cli("CLIENT", "KILL", "TYPE", "normal");
		}

	},

	/**
	 * Closes the connections of those who listen.
	 */
	SUBSCRIBERS_KILLED {

		@Override
		public void inject(RedisServerProcess server) {
			server.cli("CLIENT", "KILL", "TYPE", "pubsub");
		}

	},

	/**
	 * Forgets the scripts.
	 */
	SCRIPTS_FLUSHED {

		@Override
		public void inject(RedisServerProcess server) {
			server.cli("SCRIPT", "FLUSH");
		}

	},

	/**
	 * Refuses what needs memory.
	 */
	OUT_OF_MEMORY {

		@Override
		public void inject(RedisServerProcess server) {
			server.cli("CONFIG", "SET", "maxmemory", "1");
		}

		@Override
		public void heal(RedisServerProcess server) {
			server.cli("CONFIG", "SET", "maxmemory", "0");
		}

	},

	/**
	 * Throws away whatever it has when something is written, because there is not enough
	 * memory.
	 */
	EVICTING {

		@Override
		public void inject(RedisServerProcess server) {
			server.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-random");
			server.cli("CONFIG", "SET", "maxmemory", "1");
		}

		@Override
		public void heal(RedisServerProcess server) {
			server.cli("CONFIG", "SET", "maxmemory", "0");
			server.cli("CONFIG", "SET", "maxmemory-policy", "noeviction");
		}

	},

	/**
	 * Is the replica of a master that cannot be reached. Not in a cluster, and not where
	 * Sentinels watch.
	 */
	READ_ONLY {

		@Override
		public void inject(RedisServerProcess server) {
			server.cli("REPLICAOF", RedisEndpoint.LOOPBACK, "1");
		}

		@Override
		public void heal(RedisServerProcess server) {
			server.cli("REPLICAOF", "NO", "ONE");
		}

	},

	/**
	 * Refuses to write, because too few replicas are connected.
	 */
	LACKING_REPLICAS {

		@Override
		public void inject(RedisServerProcess server) {
			server.cli("CONFIG", "SET", "min-replicas-to-write", "9");
		}

		@Override
		public void heal(RedisServerProcess server) {
			server.cli("CONFIG", "SET", "min-replicas-to-write", "0");
		}

	};

	private static final Duration PAUSE = Duration.ofMillis(500);

	/**
	 * Begin the fault.
	 * @param server a server that is well
	 */
	public abstract void inject(RedisServerProcess server);

	/**
	 * End the fault, if it lasts until then.
	 * @param server the server to heal
	 */
	public void heal(RedisServerProcess server) {
	}

}
