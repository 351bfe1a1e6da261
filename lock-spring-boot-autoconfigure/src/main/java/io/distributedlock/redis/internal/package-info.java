/**
 * What the stores on Redis have in common: names of keys, scripts, errors. Not API, only
 * public because these stores are in several packages.
 */
@NullMarked
package io.distributedlock.redis.internal;

import org.jspecify.annotations.NullMarked;
