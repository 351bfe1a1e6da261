package io.distributedlock.engine;

import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Logs the first of a series of failures as a warning and the others for debugging, so
 * that an outage of the store does not flood the log.
 */
final class FailureLog {

	private final Log logger;

	private final AtomicBoolean failing = new AtomicBoolean();

	FailureLog(Log logger) {
		this.logger = logger;
	}

	void failed(String message, @Nullable Throwable cause) {
		if (this.failing.compareAndSet(false, true)) {
			this.logger.warn((cause != null) ? message + ": " + cause.getMessage() : message);
		}
		else {
			this.logger.debug(message, cause);
		}
	}

	void recovered() {
		if (this.failing.get()) {
			this.failing.set(false);
		}
	}

	boolean isFailing() {
		return this.failing.get();
	}

}
