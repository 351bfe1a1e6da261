package io.distributedlock.benchmarks.measure;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.redis.RedisServer;
import org.jspecify.annotations.Nullable;

/**
 * A measure in which contestants take turns: in each round each of them once, so that
 * whatever else happens on the machine hits all of them alike.
 */
abstract class InterleavedMeasure implements Measure {

	private static final Set<Contestant> LIMITS = EnumSet.of(Contestant.BARE, Contestant.BLPOP, Contestant.QUORUM_BARE);

	private final String id;

	private final String title;

	private final Contestant limit;

	private final List<Contestant> contestants;

	/**
	 * Create a measure.
	 * @param id the name on the command line
	 * @param title the heading of its table
	 * @param contestants who takes part. The others are compared with the first one, and
	 * with Redisson
	 */
	InterleavedMeasure(String id, String title, Contestant... contestants) {
		this.id = id;
		this.title = title;
		this.limit = contestants[0];
		this.contestants = List.of(contestants);
	}

	@Override
	public String id() {
		return this.id;
	}

	@Override
	public String title() {
		return this.title;
	}

	@Override
	public List<String> references() {
		Set<String> references = new LinkedHashSet<>();
		if (LIMITS.contains(this.limit)) {
			references.add(this.limit.title());
		}
		this.contestants.stream()
			.filter((contestant) -> contestant.id().contains("redisson"))
			.findFirst()
			.ifPresent((redisson) -> references.add(redisson.title()));
		return List.copyOf(references);
	}

	/**
	 * Let one contestant have its turn.
	 * @param trial its connections
	 * @return what it reached
	 */
	abstract Sample take(Trial trial) throws Exception;

	/**
	 * Return the servers on which the locks are.
	 */
	List<RedisServer> servers(Stage stage) {
		return List.of(stage.redis());
	}

	/**
	 * Return how many rounds there are.
	 */
	int rounds(Effort effort) {
		return effort.rounds();
	}

	/**
	 * Return why this cannot be measured here, or null if it can.
	 */
	@Nullable String obstacle() {
		return null;
	}

	@Override
	public final void run(Stage stage) throws InterruptedException {
		String obstacle = obstacle();
		if (obstacle != null) {
			stage.note(this, obstacle);
			return;
		}
		List<Contestant> present = this.contestants.stream().filter(stage.selected()).toList();
		for (int round = 1; round <= rounds(stage.effort()); round++) {
			for (Contestant contestant : present) {
				takeTurn(stage, contestant, round);
			}
		}
	}

	private void takeTurn(Stage stage, Contestant contestant, int round) throws InterruptedException {
		try {
			Trial trial = new Trial(stage, servers(stage), contestant, round == 1);
			stage.add(this, contestant.title(), take(trial));
			trial.end();
		}
		catch (InterruptedException ex) {
			throw ex;
		}
		catch (Exception ex) {
			String reason = String.valueOf(ex.getMessage()).lines().findFirst().orElse("");
			stage.note(this, "%s failed in round %d: %s".formatted(contestant.title(), round, reason));
			// New JVMs next time, whatever the old ones are stuck in
			stage.workers().stop(contestant);
		}
	}

}
