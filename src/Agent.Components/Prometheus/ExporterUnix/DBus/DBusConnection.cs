using System.Net.Sockets;
using System.Text;
using Agent.Wire;

namespace Agent.Components.Prometheus.ExporterUnix.DBus;

/// <summary>A property to read: the object and interface that have it.</summary>
internal readonly record struct DBusProperty(string Destination, string Path, string Interface, string Name);

/// <summary>A client of D-Bus for one conversation of calls and replies over a unix socket, with a deadline for all of it.</summary>
/// <remarks>Signals are skipped. Replies point into a buffer that the next call overwrites. Not thread safe.</remarks>
internal sealed class DBusConnection : IDisposable
{
    private const string Bus = "org.freedesktop.DBus";

    // Calls under way at once: a few tens of kilobytes, which no socket buffer blocks on.
    private const int Window = 64;
    private const int ReadSize = 16 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly GrowableBuffer _out = new();
    private readonly GrowableBuffer _in = new();
    private readonly TimeProvider _time;
    private readonly NameCache _names;
    private readonly long _start;
    private int _read;
    private uint _serial;

    private DBusConnection(TimeProvider time, NameCache names)
    {
        _time = time;
        _names = names;
        _start = time.GetTimestamp();
    }

    /// <summary>Connects to the first address that answers; the error names all.</summary>
    public static DBusConnection Open(IReadOnlyList<DBusAddress> addresses, CollectorScrape scrape)
    {
        var failures = new List<string>();
        foreach (DBusAddress address in addresses)
        {
            var connection = new DBusConnection(scrape.Time, scrape.Names);
            try
            {
                connection.Greet(address);
                return connection;
            }
            catch (CollectorException e)
            {
                connection.Dispose();
                failures.Add($"at {address.Path.Replace('\0', '@')}: {e.Message}");
            }
        }
        throw new CollectorException(
            "cannot connect to D-Bus " + (failures.Count > 0 ? string.Join("; ", failures) : "as its address names no unix socket"));
    }

    /// <summary>Calls a method and waits for its reply; an error reply is thrown.</summary>
    public ReadOnlySpan<byte> Call(DBusCall call, params ReadOnlySpan<string> arguments)
    {
        _out.Clear();
        uint serial = ++_serial;
        call.WriteTo(_out, serial, arguments);
        Send(_out.Written);
        while (true)
        {
            DBusMessage reply = Receive();
            if (reply.ReplySerial != serial || reply.Type is not (DBusMessage.MethodReturn or DBusMessage.Error))
            {
                continue;
            }
            return reply.Type == DBusMessage.MethodReturn
                ? reply.Body
                : throw new CollectorException($"cannot call {call.Interface}.{call.Member}: {Encoding.UTF8.GetString(reply.ErrorName)}");
        }
    }

    /// <summary>Reads many properties, several calls at once; those that the service refuses stay unknown.</summary>
    public void Read(ReadOnlySpan<DBusProperty> properties, Span<DBusValue> values)
    {
        for (int from = 0; from < properties.Length; from += Window)
        {
            int count = Math.Min(Window, properties.Length - from);
            uint first = _serial + 1;
            _out.Clear();
            foreach (DBusProperty property in properties.Slice(from, count))
            {
                var get = new DBusCall(property.Destination, property.Path, "org.freedesktop.DBus.Properties", "Get");
                get.WriteTo(_out, ++_serial, property.Interface, property.Name);
            }
            Send(_out.Written);
            for (int open = count; open > 0;)
            {
                DBusMessage reply = Receive();
                uint index = reply.ReplySerial - first;
                if (index >= count || reply.Type is not (DBusMessage.MethodReturn or DBusMessage.Error))
                {
                    continue;
                }
                var body = new DBusReader(reply.Body);
                values[from + (int)index] = reply.Type == DBusMessage.MethodReturn ? DBusValue.Read(ref body, _names) : default;
                open--;
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _out.Dispose();
        _in.Dispose();
    }

    private void Greet(DBusAddress address)
    {
        try
        {
            _socket.SendTimeout = (int)Patience.TotalMilliseconds;
            _socket.Connect(new UnixDomainSocketEndPoint(address.Path));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new CollectorException(e.Message);
        }
        // The kernel vouches for the user id that is claimed here in hexadecimal digits of its decimal ones.
        string user = Convert.ToHexString(Encoding.ASCII.GetBytes($"{HostCalls.EffectiveUser()}"));
        Send(Encoding.ASCII.GetBytes($"\0AUTH EXTERNAL {user}\r\n"));
        string answer = ReceiveLine();
        if (!answer.StartsWith("OK", StringComparison.Ordinal))
        {
            throw new CollectorException($"the server refuses the user: {answer}");
        }
        Send("BEGIN\r\n"u8);
        if (address.IsBus)
        {
            Call(new DBusCall(Bus, "/org/freedesktop/DBus", Bus, "Hello"));
        }
    }

    private string ReceiveLine()
    {
        const int LongestLine = 4096;
        while (true)
        {
            ReadOnlySpan<byte> unread = _in.Written[_read..];
            int end = unread.IndexOf("\r\n"u8);
            if (end >= 0)
            {
                string line = Encoding.UTF8.GetString(unread[..end]);
                _read += end + 2;
                return line;
            }
            if (unread.Length > LongestLine)
            {
                throw new CollectorException("the server does not answer as a D-Bus server does");
            }
            Fill();
        }
    }

    private DBusMessage Receive()
    {
        Need(DBusMessage.PrefixSize);
        int length = DBusMessage.LengthOf(_in.Written[_read..]);
        Need(length);
        ReadOnlySpan<byte> message = _in.Written.Slice(_read, length);
        _read += length;
        return DBusMessage.Parse(message);
    }

    private void Need(int count)
    {
        if (_read > 0 && _in.Length - _read < count)
        {
            int unread = _in.Length - _read;
            _in.Written[_read..].CopyTo(_in.Mutable);
            _in.Truncate(unread);
            _read = 0;
        }
        while (_in.Length - _read < count)
        {
            Fill();
        }
    }

    private void Fill()
    {
        try
        {
            _socket.ReceiveTimeout = Remaining();
            int received = _socket.Receive(_in.Reserve(ReadSize));
            if (received == 0)
            {
                throw new CollectorException("D-Bus closed the connection");
            }
            _in.Advance(received);
        }
        catch (SocketException e)
        {
            throw new CollectorException($"cannot read from D-Bus: {e.Message}");
        }
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _socket.SendTimeout = Remaining();
            while (!bytes.IsEmpty)
            {
                bytes = bytes[_socket.Send(bytes)..];
            }
        }
        catch (SocketException e)
        {
            throw new CollectorException($"cannot write to D-Bus: {e.Message}");
        }
    }

    private int Remaining()
    {
        TimeSpan left = Patience - _time.GetElapsedTime(_start);
        return left > TimeSpan.Zero
            ? Math.Max(1, (int)left.TotalMilliseconds)
            : throw new CollectorException($"D-Bus did not answer within {Patience.TotalSeconds} s");
    }
}
