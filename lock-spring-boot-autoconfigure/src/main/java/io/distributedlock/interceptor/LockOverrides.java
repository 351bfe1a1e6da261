package io.distributedlock.interceptor;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What the configuration says about locks by their names, and which names there are.
 * <p>
 * Names are compared exactly or, as environment variables cannot express all of them, by
 * their letters and digits in lower case.
 */
final class LockOverrides {

	private static final Log logger = LogFactory.getLog(LockOverrides.class);

	private final Map<String, LockOverride> byName;

	private final Set<String> lockNames = new ConcurrentSkipListSet<>();

	private final Set<String> used = new ConcurrentSkipListSet<>();

	LockOverrides(Map<String, LockOverride> byName) {
		this.byName = new TreeMap<>(byName);
	}

	/**
	 * Return what the configuration says about a lock. The first time it warns if the
	 * lock is disabled.
	 * @param lockName the name of the lock
	 * @return the override, which may be one that changes nothing
	 */
	LockOverride of(String lockName) {
		boolean isNew = this.lockNames.add(lockName);
		String name = this.byName.containsKey(lockName) ? lockName : similarTo(lockName);
		LockOverride override = this.byName.get(name);
		if (override == null) {
			return LockOverride.NONE;
		}
		this.used.add(name);
		if (isNew && override.isDisabled()) {
			logger.warn("Methods with lock '%s' run WITHOUT it because 'distributed-lock.locks.%s.enabled' is false"
				.formatted(lockName, name));
		}
		return override;
	}

	private String similarTo(String lockName) {
		String wanted = uniform(lockName);
		return this.byName.keySet()
			.stream()
			.filter((name) -> uniform(name).equals(wanted))
			.findFirst()
			.orElse(lockName);
	}

	private static String uniform(String name) {
		return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
	}

	/**
	 * Return the names in the configuration that are those of no lock so far.
	 * @return the names, sorted
	 */
	Set<String> unused() {
		Set<String> unused = new TreeSet<>(this.byName.keySet());
		unused.removeAll(this.used);
		return unused;
	}

	/**
	 * Return the names of the locks so far.
	 * @return the names, sorted
	 */
	Set<String> lockNames() {
		return this.lockNames;
	}

}
