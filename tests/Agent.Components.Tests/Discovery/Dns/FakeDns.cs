using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Agent.Components.Tests.Discovery.Dns;

/// <summary>A question as it came in.</summary>
internal sealed record FakeQuestion(string Name, int Type, bool IsStream, bool IsExtended, byte[] Message)
{
    /// <summary>The question as it stands in the message.</summary>
    public byte[] Section => Message[12..(12 + (Name == "." ? 1 : Name.Length + 1) + 4)];

    /// <summary>An answer with these records.</summary>
    public byte[] Answer(int status, params byte[][] records) => Answer(status, isTruncated: false, records);

    public byte[] Answer(int status, bool isTruncated, params byte[][] records)
    {
        byte[] header = new byte[12];
        Message.AsSpan(0, 2).CopyTo(header);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(0x8180 | status | (isTruncated ? 0x200 : 0)));
        header[5] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)records.Length);
        return [.. header, .. Section, .. records.SelectMany(static record => record)];
    }
}

/// <summary>A DNS server on loopback that answers datagrams and streams as the test says; null is no answer.</summary>
internal sealed class FakeDns : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _listener;
    private readonly Func<FakeQuestion, byte[]?> _answer;
    private readonly Task _running;

    public FakeDns(Func<FakeQuestion, byte[]?> answer)
    {
        _answer = answer;
        // The same port for both: taken for streams first, and free for datagrams nearly always.
        while (true)
        {
            _listener = new TcpListener(IPAddress.Loopback, 0);
            _listener.Start();
            try
            {
                _datagrams.Bind(_listener.LocalEndpoint);
                break;
            }
            catch (SocketException)
            {
                _listener.Dispose();
            }
        }
        _running = Task.WhenAll(AnswerDatagramsAsync(), AnswerStreamsAsync());
    }

    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    public ConcurrentQueue<FakeQuestion> Questions { get; } = [];

    /// <summary>A record whose name points to the question's.</summary>
    public static byte[] Record(int type, params byte[] data)
    {
        byte[] head = new byte[12];
        head[0] = 0xC0;
        head[1] = 12;
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)type);
        head[5] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(10), (ushort)data.Length);
        return [.. head, .. data];
    }

    public static byte[] Name(string name) =>
        [.. name.TrimEnd('.').Split('.').SelectMany(static label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        _datagrams.Dispose();
        await _running;
        _ending.Dispose();
    }

    private byte[]? Reply(byte[] message, bool isStream)
    {
        var name = new StringBuilder();
        int at = 12;
        for (int size = message[at]; size != 0; size = message[at])
        {
            name.Append(Encoding.ASCII.GetString(message, at + 1, size)).Append('.');
            at += size + 1;
        }
        var question = new FakeQuestion(
            name.Length == 0 ? "." : name.ToString(), BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(at + 1)), isStream, message[11] == 1, message);
        Questions.Enqueue(question);
        return _answer(question);
    }

    private async Task AnswerDatagramsAsync()
    {
        byte[] buffer = new byte[ushort.MaxValue];
        try
        {
            while (true)
            {
                SocketReceiveFromResult got = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _ending.Token);
                if (Reply(buffer[..got.ReceivedBytes], isStream: false) is { } answer)
                {
                    await _datagrams.SendToAsync(answer, got.RemoteEndPoint, _ending.Token);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The end of the test.
        }
    }

    private async Task AnswerStreamsAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_ending.Token);
                NetworkStream stream = client.GetStream();
                byte[] head = new byte[2];
                await stream.ReadExactlyAsync(head, _ending.Token);
                byte[] message = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
                await stream.ReadExactlyAsync(message, _ending.Token);
                if (Reply(message, isStream: true) is { } answer)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)answer.Length);
                    await stream.WriteAsync((byte[])[.. head, .. answer], _ending.Token);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException or IOException)
        {
            // The end of the test.
        }
    }
}
