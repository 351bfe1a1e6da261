package io.distributedlock.sample.monitor;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Somebody who has the page open. Has a thread only while something is sent: a browser
 * that reads slowly keeps nobody waiting but itself, and finds the latest state when it
 * comes back, not all that it has missed.
 */
final class Viewer {

	private static final Log logger = LogFactory.getLog(Viewer.class);

	private final SseEmitter emitter;

	private final Executor executor;

	private @Nullable LockTable next;

	private boolean sending;

	private boolean ended;

	Viewer(SseEmitter emitter, Executor executor) {
		this.emitter = emitter;
		this.executor = executor;
	}

	/**
	 * Show a state as soon as the one before has been sent, unless a newer one comes
	 * first.
	 */
	void show(LockTable table) {
		synchronized (this) {
			if (this.ended) {
				return;
			}
			this.next = table;
			if (this.sending) {
				return;
			}
			this.sending = true;
		}
		try {
			this.executor.execute(this::send);
		}
		catch (RejectedExecutionException ex) {
			// The application stops
			synchronized (this) {
				this.sending = false;
			}
		}
	}

	private void send() {
		try {
			for (LockTable table = take(); table != null; table = take()) {
				this.emitter.send(SseEmitter.event().name("locks").data(table, MediaType.APPLICATION_JSON));
			}
		}
		catch (IOException | IllegalStateException ex) {
			// The browser has gone. The web server notices that too, and completes
			logger.debug("Cannot send", ex);
			abandon();
			return;
		}
		if (isEnded()) {
			this.emitter.complete();
		}
	}

	private synchronized @Nullable LockTable take() {
		LockTable table = this.next;
		this.next = null;
		this.sending = table != null;
		return table;
	}

	private synchronized void abandon() {
		this.ended = true;
		this.sending = false;
	}

	private synchronized boolean isEnded() {
		return this.ended;
	}

	/**
	 * End it, after what is being sent right now.
	 */
	void end() {
		boolean idle;
		synchronized (this) {
			this.ended = true;
			this.next = null;
			idle = !this.sending;
		}
		if (idle) {
			this.emitter.complete();
		}
	}

}
