using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Agent.Components.Prometheus.ExporterUnix.DBus;

namespace Agent.Components.Tests.Prometheus.ExporterUnix.DBus;

/// <summary>What a client called, with its string arguments.</summary>
internal sealed record BusCall(string Path, string Interface, string Member, string[] Arguments);

/// <summary>A server of D-Bus for one client; the answer to a call is a body and its signature, or null for an error.</summary>
internal sealed class FakeBus : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bus");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _serving;

    public FakeBus(Func<BusCall, byte[]?> answer, string greeting = "OK 0123456789abcdef\r\n")
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder.FullName, "socket")));
        _listener.Listen();
        _serving = Task.Factory.StartNew(() => Serve(answer, greeting), TaskCreationOptions.LongRunning);
    }

    public DBusAddress Address => new(Path.Combine(_folder.FullName, "socket"));

    public List<BusCall> Calls { get; } = [];

    public string User { get; private set; } = "";

    public void Dispose()
    {
        _listener.Dispose();
        _serving.Wait();
        _folder.Delete(recursive: true);
    }

    private void Serve(Func<BusCall, byte[]?> answer, string greeting)
    {
        try
        {
            using Socket client = _listener.Accept();
            using var stream = new NetworkStream(client);
            Assert.Equal(0, stream.ReadByte());
            User = Line(stream);
            stream.Write(Encoding.ASCII.GetBytes(greeting));
            if (Line(stream) == "BEGIN")
            {
                // A signal, which nobody asked for.
                stream.Write(DBusBytes.Message(4, 1, 0, null, []));
                while (TryRead(stream, out uint serial, out BusCall? call))
                {
                    Calls.Add(call);
                    byte[]? body = call.Member == "Hello" ? new DBusBytes().Text(":1.5").ToArray() : answer(call);
                    stream.Write(DBusBytes.Message(
                        (byte)(body is null ? 3 : 2), serial + 100, serial, body is null ? "org.freedesktop.DBus.Error.UnknownProperty" : null, body ?? []));
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The client hung up, or the test is over.
        }
    }

    private static string Line(NetworkStream stream)
    {
        var line = new StringBuilder();
        for (int c = stream.ReadByte(); c >= 0 && c != '\n'; c = stream.ReadByte())
        {
            line.Append((char)c);
        }
        return line.ToString().TrimEnd('\r');
    }

    private static bool TryRead(NetworkStream stream, out uint serial, out BusCall call)
    {
        byte[] prefix = new byte[16];
        serial = 0;
        call = new BusCall("", "", "", []);
        if (stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
        {
            return false;
        }
        serial = BinaryPrimitives.ReadUInt32LittleEndian(prefix.AsSpan(8));
        byte[] message = new byte[DBusMessage.LengthOf(prefix)];
        prefix.CopyTo(message, 0);
        stream.ReadExactly(message.AsSpan(prefix.Length));
        int fields = 16 + BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(12));
        var header = new DBusReader(message.AsSpan(0, fields));
        header.Skip(16);
        int arguments = 0;
        while (!header.IsAtEnd)
        {
            header.Align(8);
            byte code = header.Byte();
            string type = Encoding.ASCII.GetString(header.Signature());
            string value = Encoding.ASCII.GetString(type == "g" ? header.Signature() : header.Text());
            call = code switch
            {
                1 => call with { Path = value },
                2 => call with { Interface = value },
                3 => call with { Member = value },
                _ => call,
            };
            arguments = code == 8 ? value.Length : arguments;
        }
        var body = new DBusReader(message.AsSpan((fields + 7) & ~7));
        call = call with { Arguments = new string[arguments] };
        for (int i = 0; i < arguments; i++)
        {
            call.Arguments[i] = Encoding.UTF8.GetString(body.Text());
        }
        return true;
    }
}
