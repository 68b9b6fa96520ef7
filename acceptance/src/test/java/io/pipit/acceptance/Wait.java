package io.pipit.acceptance;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting for what must come, at most {@link TestClient#PATIENCE}. */
final class Wait {
    private Wait() {}

    static <T> T forResult(String what, Future<T> future) {
        try {
            return future.get(TestClient.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("failed: " + what, e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("did not come in " + TestClient.PATIENCE + ": " + what, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for " + what, e);
        }
    }
}
