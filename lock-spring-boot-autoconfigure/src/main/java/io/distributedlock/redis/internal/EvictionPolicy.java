package io.distributedlock.redis.internal;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Whether a server may remove locks to make room for other keys.
 *
 * @param policy the {@code maxmemory-policy} of the server
 * @param limited whether there is a limit at which it applies
 * @since 1.0
 */
public record EvictionPolicy(String policy, boolean limited) {

	/**
	 * The policy of a server that does not say.
	 */
	public static final EvictionPolicy UNKNOWN = new EvictionPolicy("unknown", false);

	private static final String SAFE = "noeviction";

	/**
	 * Read the policy of a server.
	 * @param memory what the server says to {@code INFO memory}
	 * @return the policy
	 */
	public static EvictionPolicy read(String memory) {
		Map<String, String> properties = properties(memory);
		String policy = properties.get("maxmemory_policy");
		return (policy != null) ? new EvictionPolicy(policy, !"0".equals(properties.get("maxmemory"))) : UNKNOWN;
	}

	private static Map<String, String> properties(String info) {
		return info.lines()
			.filter((line) -> line.indexOf(':') > 0)
			.collect(Collectors.toMap((line) -> line.substring(0, line.indexOf(':')),
					(line) -> line.substring(line.indexOf(':') + 1).trim(), (first, second) -> second));
	}

	/**
	 * Return the danger to locks, if there is one.
	 * @param server what to call the server
	 * @return no sentence or one
	 */
	public List<String> warnings(String server) {
		if (!this.limited || SAFE.equals(this.policy)) {
			return List.of();
		}
		return List.of(("%s may remove locks when its memory is full, as its 'maxmemory-policy' is '%s'. "
				+ "Set it to '%s', or keep locks on another server.")
			.formatted(server, this.policy, SAFE));
	}

	@Override
	public String toString() {
		return this.policy;
	}

}
