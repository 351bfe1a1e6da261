package io.distributedlock.benchmarks.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The samples of all rounds, and what is to be said about them.
 */
public final class Results {

	private final Map<Measure, Map<String, List<Sample>>> samples = new LinkedHashMap<>();

	private final Map<Measure, List<String>> notes = new LinkedHashMap<>();

	void add(Measure measure, String contestant, Sample sample) {
		samplesOf(measure).computeIfAbsent(contestant, (key) -> new ArrayList<>()).add(sample);
	}

	void note(Measure measure, String note) {
		samplesOf(measure);
		this.notes.computeIfAbsent(measure, (key) -> new ArrayList<>()).add(note);
	}

	private Map<String, List<Sample>> samplesOf(Measure measure) {
		return this.samples.computeIfAbsent(measure, (key) -> new LinkedHashMap<>());
	}

	/**
	 * Return the measures that were taken, in their order.
	 * @return the measures
	 */
	public Set<Measure> measures() {
		return this.samples.keySet();
	}

	/**
	 * Return the samples of a measure, in the order of the rounds.
	 * @param measure the measure
	 * @return the samples by title of the contestant
	 */
	public Map<String, List<Sample>> samples(Measure measure) {
		return this.samples.getOrDefault(measure, Map.of());
	}

	/**
	 * Return what is to be said about a measure.
	 * @param measure the measure
	 * @return the notes
	 */
	public List<String> notes(Measure measure) {
		return this.notes.getOrDefault(measure, List.of());
	}

}
