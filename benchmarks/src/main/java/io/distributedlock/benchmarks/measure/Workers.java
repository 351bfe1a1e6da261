package io.distributedlock.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.worker.Worker;

/**
 * The JVMs of the contestants. Each contestant has its own, so that none is compiled or
 * collected for another, and keeps them for the whole run, so that they stay warm.
 */
public final class Workers implements AutoCloseable {

	private final Path logs;

	private final Map<Contestant, List<Worker>> running = new EnumMap<>(Contestant.class);

	/**
	 * Create them as they are needed.
	 * @param logs directory for what they print
	 */
	public Workers(Path logs) {
		this.logs = logs;
	}

	/**
	 * Make sure that workers run. Does not wait for them.
	 * @param contestant whose
	 * @param count how many
	 */
	void start(Contestant contestant, int count) {
		List<Worker> workers = this.running.computeIfAbsent(contestant, (key) -> new ArrayList<>());
		while (workers.size() < count) {
			Path log = this.logs.resolve("%s-%d.log".formatted(contestant.id(), workers.size()));
			try {
				workers.add(Worker.start(log));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	Worker get(Contestant contestant, int index) {
		start(contestant, index + 1);
		return this.running.getOrDefault(contestant, List.of()).get(index);
	}

	/**
	 * End the workers of one contestant, whatever they are doing.
	 * @param contestant whose
	 */
	void stop(Contestant contestant) {
		List<Worker> workers = this.running.remove(contestant);
		if (workers != null) {
			workers.forEach(Worker::close);
		}
	}

	@Override
	public void close() {
		List.copyOf(this.running.keySet()).forEach(this::stop);
	}

}
