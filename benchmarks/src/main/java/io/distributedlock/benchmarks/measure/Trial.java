package io.distributedlock.benchmarks.measure;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.distributedlock.benchmarks.contestant.ClientSettings;
import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.redis.CommandMonitor;
import io.distributedlock.benchmarks.redis.CommandOrigins;
import io.distributedlock.benchmarks.redis.CommandStats;
import io.distributedlock.benchmarks.redis.Quorum;
import io.distributedlock.benchmarks.redis.RedisServer;
import io.distributedlock.benchmarks.task.CloseClient;
import io.distributedlock.benchmarks.task.OpenClient;
import io.distributedlock.benchmarks.task.PairLoop;
import io.distributedlock.benchmarks.task.PairLoopResult;
import io.distributedlock.benchmarks.task.ThreadKind;
import io.distributedlock.benchmarks.worker.Worker;

/**
 * The turn of one contestant in one round. Begins with an empty Redis and new
 * connections.
 */
final class Trial {

	private final Stage stage;

	private final List<RedisServer> servers;

	private final Contestant contestant;

	private final boolean first;

	private final List<Worker> opened = new ArrayList<>();

	Trial(Stage stage, List<RedisServer> servers, Contestant contestant, boolean first) {
		this.stage = stage;
		this.servers = servers;
		this.contestant = contestant;
		this.first = first;
		servers.forEach(RedisServer::deleteKeys);
	}

	Effort effort() {
		return this.stage.effort();
	}

	/**
	 * Return the server, or one of the nodes of a quorum.
	 */
	RedisServer redis() {
		return this.servers.get(0);
	}

	Quorum quorum() {
		return this.stage.quorum();
	}

	ClientSettings settings() {
		return ClientSettings.defaults(this.servers.stream().map(RedisServer::port).toList());
	}

	Duration warmUp() {
		return effort().warmUp().multipliedBy(this.first ? effort().firstWarmUp() : 1);
	}

	/**
	 * Connect one of the contestant's instances.
	 */
	Worker open(int instance, ClientSettings settings) throws InterruptedException {
		Worker worker = this.stage.workers().get(this.contestant, instance);
		this.opened.add(worker);
		worker.call(new OpenClient(this.contestant, settings));
		return worker;
	}

	/**
	 * Connect several of the contestant's instances.
	 */
	List<Worker> open(int instances) throws InterruptedException {
		this.stage.workers().start(this.contestant, instances);
		List<Worker> workers = new ArrayList<>();
		for (int i = 0; i < instances; i++) {
			workers.add(open(i, settings()));
		}
		return workers;
	}

	/**
	 * Acquire and release locks that nobody else wants: warm up, watch, measure.
	 */
	Counted<PairLoopResult> pairs(int threads, ThreadKind kind) throws Exception {
		Worker worker = open(0, settings());
		return count((time) -> worker.call(new PairLoop(threads, kind, time)));
	}

	/**
	 * Do something three times: to warm up, to watch where the commands come from, and to
	 * measure it.
	 */
	<R> Counted<R> count(Action<R> action) throws Exception {
		action.run(warmUp());
		CommandMonitor monitor = redis().monitor();
		action.run(effort().watch());
		CommandOrigins origins = monitor.stop(redis());
		CommandStats before = redis().commandStats();
		R result = action.run(effort().time());
		CommandStats commands = redis().commandStats().since(before);
		return new Counted<>(result, commands.byClients(origins), commands.all());
	}

	/**
	 * Count what clients send while the contestant is left to itself.
	 */
	double commandsPerSecond(Duration time) throws IOException, InterruptedException {
		CommandMonitor monitor = redis().monitor();
		CommandStats before = redis().commandStats();
		long start = System.nanoTime();
		pause(time);
		CommandStats commands = redis().commandStats().since(before);
		double seconds = (System.nanoTime() - start) / 1e9;
		return commands.byClients(monitor.stop(redis())) / seconds;
	}

	static void pause(Duration time) throws InterruptedException {
		TimeUnit.NANOSECONDS.sleep(time.toNanos());
	}

	/**
	 * Disconnect.
	 */
	void end() throws InterruptedException {
		for (Worker worker : this.opened) {
			worker.call(new CloseClient());
		}
	}

	/**
	 * Something that takes a given time.
	 *
	 * @param <R> the type of its result
	 */
	interface Action<R> {

		R run(Duration time) throws Exception;

	}

	/**
	 * A result with the number of commands that it took.
	 *
	 * @param <R> the type of the result
	 * @param result the result
	 * @param commands how many commands clients sent
	 * @param calls how many commands Redis executed, those within scripts included
	 */
	record Counted<R>(R result, double commands, double calls) {

	}

}
