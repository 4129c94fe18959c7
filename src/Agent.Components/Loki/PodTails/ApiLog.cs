using System.Buffers;

namespace Agent.Components.Loki.PodTails;

/// <summary>One answer of the API with the log of a container, read to its end.</summary>
internal sealed class ApiLog(PodTailServices services, TailDelivery delivery)
{
    private static readonly Memory<byte> Nothing = Memory<byte>.Empty;

    /// <summary>Reads until the server ends the answer.</summary>
    /// <param name="response">The answer; disposed of here.</param>
    /// <param name="isWhole">The container does not write any more: what stands at the end without a line break is a line.</param>
    /// <param name="connection">Ends the connection.</param>
    /// <param name="stop">Ends the component.</param>
    /// <returns>How many lines were new.</returns>
    /// <exception cref="InvalidDataException">The server sent something else than a log.</exception>
    public async Task<long> ReadAsync(HttpResponseMessage response, bool isWhole, CancellationToken connection, CancellationToken stop)
    {
        using HttpResponseMessage answer = response;
        await using Stream stream = await response.Content.ReadAsStreamAsync(connection);
        var lines = new PodLines(services.Metrics, delivery.Recent);
        using var reader = new ApiLineReader(lines);
        do
        {
            // Waits without a buffer, since most containers are silent most of the time.
#pragma warning disable CA2022 // Nothing is read.
            _ = await stream.ReadAsync(Nothing, connection);
#pragma warning restore CA2022
        }
        while (await ReadOnceAsync(stream, (lines, reader), connection, stop));
        if (isWhole)
        {
            await delivery.TakeAsync(lines, _ => reader.Finish(), default, stop);
        }
        if (reader.Complaint is not { } complaint)
        {
            return lines.Taken;
        }
        services.Metrics.Errors.Increment();
        throw new InvalidDataException($"the server sent no log, but \"{complaint}\"");
    }

    /// <returns>False at the end.</returns>
    private async ValueTask<bool> ReadOnceAsync(Stream stream, (PodLines Lines, ApiLineReader Reader) into, CancellationToken connection, CancellationToken stop)
    {
        // The server is not read from meanwhile, and its own log waits.
        await services.Memory.WaitAsync(connection);
        await services.Turns.WaitAsync(connection);
        bool holdsTurn = true;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PodLimits.BufferSize);
        try
        {
            ValueTask<int> reading = stream.ReadAsync(buffer, connection);
            int read;
            if (reading.IsCompleted)
            {
                read = await reading;
            }
            else
            {
                // Not every stream waits for bytes when it is asked for none.
                Task<int> pending = reading.AsTask();
                services.Turns.Release();
                holdsTurn = false;
                read = await pending;
                await services.Turns.WaitAsync(connection);
                holdsTurn = true;
            }
            if (read > 0)
            {
                await delivery.TakeAsync(into.Lines, into.Reader.Add, buffer.AsMemory(0, read), stop);
            }
            return read > 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (holdsTurn)
            {
                services.Turns.Release();
            }
        }
    }
}
