package io.distributedlock.benchmarks.task;

import java.lang.reflect.Method;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * Kinds of threads. Virtual ones are reached by reflection because this module is
 * compiled for Java 17.
 */
public enum ThreadKind {

	/**
	 * Threads of the operating system.
	 */
	PLATFORM,

	/**
	 * Virtual threads, from Java 21 on.
	 */
	VIRTUAL;

	private static final int FIRST_RELEASE_WITH_VIRTUAL_THREADS = 21;

	/**
	 * Return whether this JVM has such threads.
	 * @return whether it has
	 */
	public boolean isAvailable() {
		return this != VIRTUAL || Runtime.version().feature() >= FIRST_RELEASE_WITH_VIRTUAL_THREADS;
	}

	/**
	 * Return the lightest kind that this JVM has.
	 * @return virtual threads, or else platform threads
	 */
	public static ThreadKind lightest() {
		return VIRTUAL.isAvailable() ? VIRTUAL : PLATFORM;
	}

	ThreadFactory factory() {
		return (this != VIRTUAL) ? Executors.defaultThreadFactory() : virtualThreads();
	}

	private static ThreadFactory virtualThreads() {
		try {
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			Method factory = Class.forName("java.lang.Thread$Builder").getMethod("factory");
			return (ThreadFactory) factory.invoke(builder);
		}
		catch (ReflectiveOperationException ex) {
			throw new UnsupportedOperationException("This JVM has no virtual threads", ex);
		}
	}

}
