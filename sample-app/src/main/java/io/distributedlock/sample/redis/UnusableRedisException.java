package io.distributedlock.sample.redis;

import org.jspecify.annotations.Nullable;

/**
 * The port of the local Redis is taken by something the sample cannot use, or no Redis
 * can be started there.
 */
class UnusableRedisException extends RuntimeException {

	private final String action;

	UnusableRedisException(String message, String action, @Nullable Throwable cause) {
		super(message, cause);
		this.action = action;
	}

	static UnusableRedisException passwordRequired(RedisPort port) {
		return new UnusableRedisException("The Redis on %s asks for a password.".formatted(port),
				"Set spring.data.redis.password, or set sample.redis.port to a free port to start another Redis there.",
				null);
	}

	static UnusableRedisException foreignService(RedisPort port, @Nullable Throwable cause) {
		return new UnusableRedisException("What listens on %s does not answer PING like a Redis.".formatted(port),
				"Set spring.data.redis.host or another spring.data.redis.* property to the Redis to use, "
						+ "or set sample.redis.port to a free port to start one there.",
				cause);
	}

	static UnusableRedisException cannotStart(RedisPort port, String reason, @Nullable Throwable cause) {
		return new UnusableRedisException("The embedded Redis does not start on %s: %s".formatted(port, reason),
				"Start a Redis yourself, on %s or where spring.data.redis.* says.".formatted(port), cause);
	}

	String getAction() {
		return this.action;
	}

}
