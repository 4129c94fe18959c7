using System.Net.Sockets;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Prometheus.ExporterUnix.Supervisord;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Processes under supervisord, asked over XML-RPC at an http, https or unix URL.</summary>
internal sealed class SupervisordCollector(SupervisordOptions options) : IUnixCollector, IDisposable
{
    private const int LongestAnswer = 16 << 20;
    private const string Question =
        "<?xml version=\"1.0\"?><methodCall><methodName>supervisor.getAllProcessInfo</methodName><params></params></methodCall>";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly Family Up = Of("up", "Process Up");
    private static readonly Family State = Of("state", "Process State");
    private static readonly Family ExitStatus = Of("exit_status", "Process Exit Status");
    private static readonly Family StartTime = Family.Counter(
        "node_supervisord_start_time_seconds", "Process start time", "name", "group");

    private HttpClient? _client;
    private Uri? _url;

    public void Collect(CollectorScrape scrape)
    {
        foreach (SupervisordProcess process in SupervisordReply.Parse(Ask()))
        {
            scrape.Output.Write(State, process.State, process.Name, process.Group);
            scrape.Output.Write(ExitStatus, process.ExitStatus, process.Name, process.Group);
            scrape.Output.Write(Up, process.IsRunning ? 1 : 0, process.Name, process.Group);
            if (process.IsRunning)
            {
                scrape.Output.Write(StartTime, process.Start, process.Name, process.Group);
            }
        }
    }

    public void Dispose() => _client?.Dispose();

    private string Ask()
    {
        Connect();
        using var request = new HttpRequestMessage(HttpMethod.Post, _url)
        {
            Content = new StringContent(Question, Encoding.UTF8, "text/xml"),
        };
        request.Headers.Authorization = UrlUser.HeaderOf(_url!);
        try
        {
            using HttpResponseMessage response = _client!.Send(request);
            if (!response.IsSuccessStatusCode)
            {
                throw new CollectorException($"cannot ask supervisord at {options.Url}: it answers {(int)response.StatusCode}");
            }
            using var reader = new StreamReader(response.Content.ReadAsStream(), Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            throw new CollectorException($"cannot ask supervisord at {options.Url}: {e.Message}");
        }
    }

    private void Connect()
    {
        if (_client is not null)
        {
            return;
        }
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https" or "unix"))
        {
            throw new CollectorException($"cannot ask supervisord: {options.Url} is no http, https or unix URL");
        }
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (url.Scheme == "unix")
        {
            string path = Uri.UnescapeDataString(url.AbsolutePath);
            handler.ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(ConnectUnix(path));
            url = new Uri("http://unix/RPC2");
        }
        _url = url;
        _client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = LongestAnswer };
    }

    private static NetworkStream ConnectUnix(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static Family Of(string name, string help) => Family.Gauge("node_supervisord_" + name, help, "name", "group");
}
