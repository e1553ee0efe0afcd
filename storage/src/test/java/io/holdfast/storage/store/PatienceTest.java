package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private final Patience patience = new Patience("The test's service");
  private final List<Boolean> tries = new ArrayList<>();

  @Test
  void aCallIsMadeAgainUntilTheServiceIsBack() throws IOException {
    String answer =
        patience.repeat(
            "x",
            again -> {
              tries.add(again);
              if (tries.size() < 3) {
                throw new Patience.Away(new IOException("not ready"));
              }
              return "done";
            });
    assertThat(answer).isEqualTo("done");
    assertThat(tries).containsExactly(false, true, true);
  }

  @Test
  void anyOtherFailureComesOutAtOnce() {
    IOException failure = new IOException("refused");
    assertThatThrownBy(
            () ->
                patience.repeat(
                    "x",
                    again -> {
                      tries.add(again);
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(tries).containsExactly(false);
  }

  @Test
  void whoIsInterruptedWaitsNoLonger() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                patience.repeat(
                    "x",
                    again -> {
                      throw new Patience.Away(new IOException("not ready"));
                    }))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("x: interrupted while The test's service is away");
    assertThat(Thread.interrupted()).isTrue();
  }
}
