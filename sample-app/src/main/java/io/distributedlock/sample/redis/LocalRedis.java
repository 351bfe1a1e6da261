package io.distributedlock.sample.redis;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The Redis on this machine: one that is there, or else an embedded one. The instance
 * that starts it owns it, and all others on this machine share it.
 */
class LocalRedis {

	private static final Log logger = LogFactory.getLog(LocalRedis.class);

	private final RedisPort port;

	private final String[] options;

	private @Nullable EmbeddedRedis owned;

	/**
	 * Create a Redis, not started.
	 * @param port where it listens
	 * @param options further options, if it has to be started
	 */
	LocalRedis(RedisPort port, String... options) {
		this.port = port;
		this.options = options;
	}

	RedisPort port() {
		return this.port;
	}

	void start() {
		if (!this.port.hasRedis()) {
			this.owned = EmbeddedRedis.start(this.port, this.options);
		}
		if (this.owned != null) {
			logger.info(("Started an embedded Redis on %s. This instance owns it: when this instance stops, the Redis "
					+ "and its data are gone, also for all others that use it")
				.formatted(this.port));
		}
		else {
			logger.info(("Using the Redis that runs on %s. This instance does not own it: if another instance of this "
					+ "application has started it, it ends together with that instance")
				.formatted(this.port));
		}
	}

	void stop() {
		if (this.owned != null) {
			this.owned.stop();
			this.owned = null;
		}
	}

}
