package io.distributedlock.observation;

import java.util.Locale;

import io.distributedlock.observation.LockObservationDocumentation.HighCardinalityKeyNames;
import io.distributedlock.observation.LockObservationDocumentation.LowCardinalityKeyNames;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;

/**
 * The observation {@code distributed.lock.acquire}.
 *
 * @since 1.0
 */
public class DefaultLockAcquireObservationConvention implements LockAcquireObservationConvention {

	@Override
	public String getName() {
		return "distributed.lock.acquire";
	}

	@Override
	public String getContextualName(LockAcquireObservationContext context) {
		return "acquire " + context.getLockName();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(LockAcquireObservationContext context) {
		return KeyValues.of(KeyValue.of(LowCardinalityKeyNames.NAME, context.getLockName()),
				KeyValue.of(LowCardinalityKeyNames.OUTCOME, context.getOutcome().name().toLowerCase(Locale.ROOT)),
				KeyValue.of(LowCardinalityKeyNames.MODE, context.getMode()));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(LockAcquireObservationContext context) {
		KeyValues keyValues = KeyValues.of(KeyValue.of(HighCardinalityKeyNames.KEY, context.getKey()));
		Long token = context.getFencingToken();
		if (token != null) {
			keyValues = keyValues.and(KeyValue.of(HighCardinalityKeyNames.FENCING_TOKEN, token.toString()));
		}
		String holder = context.getHolder();
		return (holder != null) ? keyValues.and(KeyValue.of(HighCardinalityKeyNames.HOLDER, holder)) : keyValues;
	}

}
