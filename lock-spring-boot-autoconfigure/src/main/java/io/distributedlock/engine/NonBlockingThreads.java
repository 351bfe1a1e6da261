package io.distributedlock.engine;

import reactor.core.scheduler.Schedulers;

import org.springframework.util.ClassUtils;

/**
 * Tells threads that must not be blocked, as Project Reactor marks them, if it is there.
 */
final class NonBlockingThreads {

	private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.scheduler.Schedulers",
			NonBlockingThreads.class.getClassLoader());

	private NonBlockingThreads() {
	}

	/**
	 * Return whether the current thread must not be blocked.
	 */
	static boolean isCurrent() {
		return REACTOR_PRESENT && Reactor.isCurrent();
	}

	/**
	 * Refuse to block the current thread if it must not be.
	 * @param key the key of the lock
	 * @param alternative what to do instead
	 */
	static void refuse(String key, String alternative) {
		if (isCurrent()) {
			throw new IllegalStateException(
					"Lock '%s': thread '%s' must not be blocked, as it runs the work of many (Project Reactor). %s"
						.formatted(key, Thread.currentThread().getName(), alternative));
		}
	}

	/**
	 * Loaded only if Reactor is there.
	 */
	private static final class Reactor {

		private static boolean isCurrent() {
			return Schedulers.isInNonBlockingThread();
		}

	}

}
