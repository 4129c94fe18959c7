namespace Agent.Components.Common.Http;

/// <summary>Reads bodies of answers without trusting their length.</summary>
internal static class BoundedBody
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>The whole body.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="limit"/> bytes.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, int limit, CancellationToken stop)
    {
        ReadOnlyMemory<byte> body = await ReadStartAsync(response, limit + 1, stop);
        return body.Length <= limit ? body : throw new InvalidDataException($"cannot read the answer: it is longer than {limit} bytes");
    }

    /// <summary>At most the first <paramref name="limit"/> bytes of the body, for messages.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadStartAsync(HttpResponseMessage response, int limit, CancellationToken stop)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(stop);
        byte[] buffer = new byte[Math.Min(limit, FirstBuffer)];
        int length = 0;
        while (true)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length), stop);
            length += read;
            if (read == 0 || length == limit)
            {
                return buffer.AsMemory(0, length);
            }
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(limit, 2 * length));
            }
        }
    }
}
