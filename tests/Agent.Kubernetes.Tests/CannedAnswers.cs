using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace Agent.Kubernetes.Tests;

/// <summary>Gives recorded answers in their order, and the last one for ever; keeps what was asked.</summary>
internal sealed class CannedAnswers : HttpMessageHandler
{
    private readonly Queue<(HttpStatusCode Status, string Type, Func<Stream> Body, string Encoding)> _answers = [];

    public ConcurrentQueue<(string Method, string PathAndQuery, string Body)> Asked { get; } = [];

    public TimeSpan? RetryAfter { get; set; }

    public CannedAnswers Then(HttpStatusCode status, byte[] body, string type = "application/json") =>
        Then(status, () => new MemoryStream(body), type);

    public CannedAnswers Then(HttpStatusCode status, Func<Stream> body, string type = "application/json", string encoding = "")
    {
        _answers.Enqueue((status, type, body, encoding));
        return this;
    }

    public HttpMessageInvoker ToInvoker() => new(this);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Asked.Enqueue((request.Method.Method, request.RequestUri!.PathAndQuery, body));
        (HttpStatusCode status, string type, Func<Stream> stream, string encoding) = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
        var answer = new HttpResponseMessage(status) { Content = new StreamContent(stream()) };
        answer.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding.Length > 0)
        {
            answer.Content.Headers.ContentEncoding.Add(encoding);
        }
        answer.Headers.RetryAfter = RetryAfter is { } delay ? new RetryConditionHeaderValue(delay) : null;
        return answer;
    }
}

/// <summary>Text that comes in pieces of the test's choosing; at its end it stays silent, if it is told to, until the reader gives up.</summary>
internal sealed class PiecewiseStream(byte[] text, Func<int> pieceSize, bool staysOpen = false) : Stream
{
    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _at;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == text.Length && staysOpen)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        return Read(buffer.Span);
    }

    public override int Read(Span<byte> buffer)
    {
        int length = Math.Min(Math.Min(buffer.Length, Math.Max(1, pieceSize())), text.Length - _at);
        text.AsSpan(_at, length).CopyTo(buffer);
        _at += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
