package io.distributedlock.benchmarks.measure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The protected sections of all JVMs in the order in which they were entered.
 */
final class Sections {

	private final List<Section> sections;

	private Sections(List<Section> sections) {
		this.sections = sections;
	}

	/**
	 * Create them from pairs of times.
	 * @param times for each JVM, when its sections began and ended
	 */
	static Sections of(List<long[]> times) {
		List<Section> sections = new ArrayList<>();
		for (int jvm = 0; jvm < times.size(); jvm++) {
			long[] pairs = times.get(jvm);
			for (int i = 0; i < pairs.length; i += 2) {
				sections.add(new Section(jvm, pairs[i], pairs[i + 1]));
			}
		}
		sections.sort(Comparator.comparingLong(Section::start));
		return new Sections(sections);
	}

	/**
	 * Check that no two of them overlap. Otherwise the lock is none, and its speed means
	 * nothing.
	 */
	void ensureExclusive() {
		int overlaps = 0;
		for (int i = 1; i < this.sections.size(); i++) {
			if (this.sections.get(i).start < this.sections.get(i - 1).end) {
				overlaps++;
			}
		}
		if (overlaps > 0) {
			throw new IllegalStateException("%d of %d sections overlap".formatted(overlaps, this.sections.size()));
		}
	}

	/**
	 * Return which share of the hand-overs went from one JVM to another.
	 */
	double crossings() {
		int crossings = 0;
		for (int i = 1; i < this.sections.size(); i++) {
			if (this.sections.get(i).jvm != this.sections.get(i - 1).jvm) {
				crossings++;
			}
		}
		return (double) crossings / Math.max(1, this.sections.size() - 1);
	}

	private record Section(int jvm, long start, long end) {

	}

}
