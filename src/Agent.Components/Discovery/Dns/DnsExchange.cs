using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Agent.Components.Discovery.Dns;

/// <summary>Asks one server one question: by datagram, and over TCP where the answer does not fit.</summary>
internal sealed class DnsExchange(TimeProvider time)
{
    private const int LongestMessage = ushort.MaxValue;

    // Datagrams that answer nothing are overlooked, though not for ever: somebody may be flooding us with guesses.
    private const int MostStrayDatagrams = 100;

    /// <exception cref="SocketException">The server cannot be reached.</exception>
    /// <exception cref="InvalidDataException">Its answer is damaged.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    public async Task<DnsAnswer> AskAsync(IPEndPoint server, DnsQuestion question, TimeSpan timeout, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            DnsAnswer answer = await AskByDatagramAsync(server, question, isExtended: true, either.Token);
            if (answer.Status is DnsStatus.FormatError or DnsStatus.NotImplemented)
            {
                answer = await AskByDatagramAsync(server, question, isExtended: false, either.Token);
            }
            return answer.IsTruncated ? await AskByStreamAsync(server, question, either.Token) : answer;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {timeout.TotalSeconds} s");
        }
    }

    private static ushort NewId() => (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);

    private static async Task<DnsAnswer> AskByDatagramAsync(IPEndPoint server, DnsQuestion question, bool isExtended, CancellationToken stop)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        // Connected: the kernel takes datagrams of this server alone, and reports a port that nobody listens on.
        await socket.ConnectAsync(server, stop);
        ushort id = NewId();
        await socket.SendAsync(question.Write(id, isExtended), stop);
        byte[] buffer = new byte[LongestMessage];
        for (int i = 0; i < MostStrayDatagrams; i++)
        {
            int length = await socket.ReceiveAsync(buffer, stop);
            if (DnsReader.Read(buffer.AsSpan(0, length), id, question) is { } answer)
            {
                return answer;
            }
        }
        throw new InvalidDataException("cannot read the server's answer: none of many datagrams is one");
    }

    private static async Task<DnsAnswer> AskByStreamAsync(IPEndPoint server, DnsQuestion question, CancellationToken stop)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, stop);
        await using var stream = new NetworkStream(socket);
        ushort id = NewId();
        byte[] message = question.Write(id, isExtended: false);
        byte[] framed = new byte[2 + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, 2);
        await stream.WriteAsync(framed, stop);
        try
        {
            byte[] head = new byte[2];
            await stream.ReadExactlyAsync(head, stop);
            byte[] answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
            await stream.ReadExactlyAsync(answer, stop);
            DnsAnswer? read = DnsReader.Read(answer, id, question);
            return read is { IsTruncated: false } ? read : throw new InvalidDataException("cannot read the server's answer: it does not fit the question");
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("cannot read the server's answer: it is cut off", exception);
        }
    }
}
