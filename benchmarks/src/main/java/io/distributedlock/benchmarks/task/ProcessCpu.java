package io.distributedlock.benchmarks.task;

import java.lang.management.ManagementFactory;

import com.sun.management.OperatingSystemMXBean;

/**
 * The CPU time of this JVM, all threads included.
 */
final class ProcessCpu {

	private static final OperatingSystemMXBean SYSTEM = ManagementFactory
		.getPlatformMXBean(OperatingSystemMXBean.class);

	private ProcessCpu() {
	}

	static long nanos() {
		return SYSTEM.getProcessCpuTime();
	}

}
