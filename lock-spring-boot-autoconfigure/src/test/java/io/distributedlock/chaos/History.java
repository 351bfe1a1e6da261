package io.distributedlock.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the clients of a campaign did, as they have written it down.
 */
final class History {

	private final Map<String, Hold> holds = new LinkedHashMap<>();

	private final List<Wait> waits = new ArrayList<>();

	private final List<Stall> stalls = new ArrayList<>();

	private final List<Loss> losses = new ArrayList<>();

	private final List<String> errors = new ArrayList<>();

	/**
	 * Add what a client has written. The last line of one that was killed may be
	 * incomplete.
	 * @param client the name of the client
	 * @param file what it has written with {@link HistoryWriter}
	 */
	void read(String client, Path file) throws IOException {
		String text = Files.readString(file);
		text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach((line) -> add(client, line.split(" ")));
	}

	private void add(String client, String[] line) {
		switch (line[0]) {
			case HistoryWriter.HOLD -> add(new Hold(client + "-" + line[1], line[2], Long.parseLong(line[3]),
					Long.parseLong(line[4]), interval(line, 5)));
			case HistoryWriter.WAIT ->
				add(new Wait(client, line[1], interval(line, 2), Duration.ofNanos(Long.parseLong(line[4]))));
			case HistoryWriter.STALL -> add(new Stall(client, interval(line, 1)));
			case HistoryWriter.LOSS -> add(new Loss(client + "-" + line[1], Boolean.parseBoolean(line[2]),
					Duration.ofNanos(Long.parseLong(line[3]))));
			case HistoryWriter.ERROR -> this.errors.add(client + ": " + String.join(" ", line));
			default -> throw new IllegalArgumentException(line[0]);
		}
	}

	private static Interval interval(String[] line, int index) {
		return new Interval(Long.parseLong(line[index]), Long.parseLong(line[index + 1]));
	}

	History add(Hold hold) {
		this.holds.merge(hold.id(), hold, Hold::until);
		return this;
	}

	History add(Wait wait) {
		this.waits.add(wait);
		return this;
	}

	History add(Stall stall) {
		this.stalls.add(stall);
		return this;
	}

	History add(Loss loss) {
		this.losses.add(loss);
		return this;
	}

	Collection<Hold> holds() {
		return this.holds.values();
	}

	List<Wait> waits() {
		return this.waits;
	}

	List<Stall> stalls() {
		return this.stalls;
	}

	List<Loss> losses() {
		return this.losses;
	}

	/**
	 * Return the exceptions that no client should see.
	 */
	List<String> errors() {
		return this.errors;
	}

}
