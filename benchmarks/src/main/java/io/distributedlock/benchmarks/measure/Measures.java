package io.distributedlock.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * All measures, in the order of the report.
 */
public final class Measures {

	private static final int JVMS = 4;

	private static final int THREADS_PER_JVM = 4;

	private Measures() {
	}

	/**
	 * Return all measures.
	 * @return the measures
	 */
	public static List<Measure> all() {
		List<Measure> measures = new ArrayList<>(List.of(new UncontendedPair(), OwnKeys.platformThreads(64),
				OwnKeys.virtualThreads(1_000), new ReentrantPair(), OneKey.oneJvm(16), OneKey.oneJvm(128),
				OneKey.severalJvms(JVMS, THREADS_PER_JVM), OneKey.fair(JVMS, THREADS_PER_JVM), new HandOver(),
				new IdleWaiters(2_000), new HeldAndRenewed(10_000), new RenewalAfterChurn(), new NestedKeys(),
				new QuorumPair(), new QuorumOwnKeys(64)));
		measures.addAll(QuorumFault.all());
		return measures;
	}

	/**
	 * Return the measures that only a full run takes, because of their size.
	 * @return the measures
	 */
	public static List<Measure> full() {
		return List.of(new HeldAndRenewed(100_000));
	}

}
