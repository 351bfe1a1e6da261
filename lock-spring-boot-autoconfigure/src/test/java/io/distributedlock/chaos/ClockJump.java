package io.distributedlock.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;

import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RespException;

/**
 * What a jump of the clock of a server does to its keys: all of them end earlier by as
 * much, or later. The clock itself stays as it is, as a process has none of its own, so
 * what the server says of the time does not change.
 */
final class ClockJump {

	/**
	 * ARGV[1] the jump in milliseconds, then the keys and values that are to be left as
	 * they are if they have another value. No keys: all of them, whatever their value.
	 */
	private static final String SCRIPT = """
			local function jump(key)
			  local left = redis.call('PTTL', key)
			  if left >= 0 then
			    -- Zero or less removes the key
			    redis.call('PEXPIRE', key, left - tonumber(ARGV[1]))
			  end
			end
			if #ARGV == 1 then
			  for _, key in ipairs(redis.call('KEYS', '*')) do
			    jump(key)
			  end
			end
			for i = 2, #ARGV, 2 do
			  if redis.call('GET', ARGV[i]) == ARGV[i + 1] then
			    jump(ARGV[i])
			  end
			end
			""";

	/**
	 * Returns all keys of locks, which are strings and no fences or turns, each with its
	 * value.
	 */
	private static final String LOCKS = """
			local locks = {}
			for _, key in ipairs(redis.call('KEYS', '*')) do
			  if redis.call('TYPE', key).ok == 'string' and not key:find(':fence$') and not key:find(':turn$') then
			    table.insert(locks, key)
			    table.insert(locks, redis.call('GET', key))
			  end
			end
			return locks
			""";

	/**
	 * What a server answers that is no master, or not one of a working Cluster.
	 */
	private static final List<String> NO_MASTER = List.of("READONLY", "CLUSTERDOWN", "cluster is down");

	private ClockJump() {
	}

	/**
	 * Return the jumps that a server may suffer whose locks others do not know: to the
	 * future, so that it forgets locks, and to the past.
	 * @param server chooses the server
	 */
	static List<Fault> faults(String name, Function<Random, RedisServerProcess> server) {
		return List.of(
				Fault.momentary(name + " expiry as after a clock jump forward", true,
						(random) -> of(server.apply(random), any(random))),
				Fault.momentary(name + " expiry as after a clock jump backward", false,
						(random) -> of(server.apply(random), any(random).negated())));
	}

	/**
	 * Return a jump by up to two times to live.
	 */
	static Duration any(Random random) {
		return Duration.ofMillis(1 + random.nextInt((int) Campaign.TTL.multipliedBy(2).toMillis()));
	}

	/**
	 * Let the keys of a server end as after a jump of its clock.
	 * @param by by how much it jumps, negative to the past
	 */
	static void of(RedisServerProcess server, Duration by) {
		run(server, by, List.of());
	}

	/**
	 * Let locks end, on some of several independent servers, as after a jump of their
	 * clocks, if all of the servers have the same holder of it.
	 * @param jumping the servers whose clocks jump
	 * @param all all servers
	 * @param by by how much they jump, more than a time to live
	 * @return how many locks all of them had
	 */
	static int whereAllAgree(Collection<RedisServerProcess> jumping, Collection<RedisServerProcess> all, Duration by) {
		List<Entry> agreed = new ArrayList<>(locks(jumping.iterator().next()));
		all.forEach((server) -> agreed.retainAll(locks(server)));
		if (!agreed.isEmpty()) {
			jumping.forEach((server) -> run(server, by, agreed));
		}
		return agreed.size();
	}

	private static void run(RedisServerProcess server, Duration by, List<Entry> only) {
		List<String> command = new ArrayList<>(List.of("EVAL", SCRIPT, "0", Long.toString(by.toMillis())));
		only.forEach((entry) -> command.addAll(List.of(entry.key(), entry.value())));
		try {
			server.cli(command.toArray(String[]::new));
		}
		catch (RespException ex) {
			String message = String.valueOf(ex.getMessage());
			if (NO_MASTER.stream().noneMatch(message::contains)) {
				throw ex;
			}
			// For the moment, because of a failover that has begun late
		}
	}

	private static List<Entry> locks(RedisServerProcess server) {
		List<?> answer = (List<?>) Objects.requireNonNull(server.cli("EVAL", LOCKS, "0"));
		List<Entry> entries = new ArrayList<>();
		for (int i = 0; i < answer.size(); i += 2) {
			entries.add(new Entry((String) answer.get(i), (String) answer.get(i + 1)));
		}
		return entries;
	}

	/**
	 * A key of a lock and its holder.
	 */
	private record Entry(String key, String value) {

	}

}
