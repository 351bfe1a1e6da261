package io.distributedlock.observation;

import java.util.Locale;

import io.distributedlock.observation.LockObservationDocumentation.HighCardinalityKeyNames;
import io.distributedlock.observation.LockObservationDocumentation.LowCardinalityKeyNames;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;

/**
 * The observation {@code distributed.lock.hold}.
 *
 * @since 1.0
 */
public class DefaultLockHoldObservationConvention implements LockHoldObservationConvention {

	@Override
	public String getName() {
		return "distributed.lock.hold";
	}

	@Override
	public String getContextualName(LockHoldObservationContext context) {
		return "hold " + context.getLockName();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(LockHoldObservationContext context) {
		return KeyValues.of(KeyValue.of(LowCardinalityKeyNames.NAME, context.getLockName()),
				KeyValue.of(LowCardinalityKeyNames.OUTCOME, context.getOutcome().name().toLowerCase(Locale.ROOT)),
				KeyValue.of(LowCardinalityKeyNames.MODE, context.getMode()));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(LockHoldObservationContext context) {
		return KeyValues.of(KeyValue.of(HighCardinalityKeyNames.KEY, context.getKey()),
				KeyValue.of(HighCardinalityKeyNames.FENCING_TOKEN, Long.toString(context.getFencingToken())));
	}

}
