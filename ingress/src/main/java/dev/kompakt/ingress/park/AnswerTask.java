package dev.kompakt.ingress.park;

import dev.kompakt.bootstrap.payload.PayloadLostException;
import dev.kompakt.ingress.admission.BufferMemory;
import dev.kompakt.ingress.answer.AnswerForm;
import dev.kompakt.ingress.answer.AnswerSource;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.answer.UnusableAnswerException;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads one stored answer and writes it to whoever is parked for it; run on a virtual thread. An
/// answer of one segment is held whole, a longer one is read as it is written.
final class AnswerTask implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerTask.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int RETRY_SECONDS = 5;

  private final Parking parking;
  private final Parked parked;
  private final AnswerForm form;
  private final PayloadRef answer;

  AnswerTask(Parking parking, Parked parked, AnswerForm form, PayloadRef answer) {
    this.parking = parking;
    this.parked = parked;
    this.form = form;
    this.answer = answer;
  }

  @Override
  public void run() {
    try (BufferMemory.Loan _ = parking.memory.borrow(answer.bytes(), PATIENCE)) {
      AnswerForm.Rendition rendition = form.render(source());
      AnswerSink sink = parked.takeOver(rendition).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      rendition.writeTo(sink);
      parked.written();
    } catch (ClientGoneException | ExecutionException | TimeoutException e) {
      parked.answerFailed(null);
    } catch (PayloadLostException | UnusableAnswerException e) {
      warn(e);
      parked.answerFailed(
          new ApiError(
              500,
              ApiError.SERVER_ERROR,
              "result_lost",
              "The compaction ended, but its result cannot be handed out.",
              null,
              null));
    } catch (IOException | BufferMemory.NoneFreeException e) {
      warn(e);
      parked.answerFailed(unavailable());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      parked.answerFailed(ApiError.shuttingDown());
    } catch (RuntimeException e) {
      warn(e);
      parked.answerFailed(ApiError.internal());
    }
  }

  private AnswerSource source() throws IOException {
    if (answer.bytes() <= PayloadRef.SEGMENT_BYTES) {
      try (InputStream in = parking.payloads.open(answer, answer.whole())) {
        return AnswerSource.of(in.readNBytes((int) answer.bytes()));
      }
    }
    return new AnswerSource() {
      @Override
      public long bytes() {
        return answer.bytes();
      }

      @Override
      public InputStream open(ByteRange range) {
        return parking.payloads.open(answer, range);
      }
    };
  }

  private void warn(Exception e) {
    LOG.atWarn()
        .addKeyValue("payload", answer.id())
        .addKeyValue("error", e.getClass().getSimpleName())
        .log("a stored answer cannot be handed out");
  }

  private static ApiError unavailable() {
    return ApiError.unavailable(
        "result_unavailable", "The result cannot be read at the moment.", RETRY_SECONDS);
  }
}
