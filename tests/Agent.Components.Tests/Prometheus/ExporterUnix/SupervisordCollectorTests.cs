using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Components.Prometheus.ExporterUnix.Collectors;
using Agent.Components.Prometheus.ExporterUnix.Supervisord;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

public sealed class SupervisordCollectorTests
{
    private const string Reply =
        """
        <?xml version='1.0'?>
        <methodResponse>
        <params>
        <param>
        <value><array><data>
        <value><struct>
        <member><name>name</name><value><string>web &amp; &#x41;pi</string></value></member>
        <member><name>group</name><value>front</value></member>
        <member><name>start</name><value><int>1700000000</int></value></member>
        <member><name>state</name><value><i4>20</i4></value></member>
        <member><name>spawnerr</name><value><string></string></value></member>
        <member><name>exitstatus</name><value><int>0</int></value></member>
        </struct></value>
        <!-- stopped <by hand> -->
        <value><struct>
        <member><name>name</name><value><string>batch</string></value></member>
        <member><name>group</name><value><string/></value></member>
        <member><name>start</name><value><int>1600000000</int></value></member>
        <member><name>state</name><value><int>100</int></value></member>
        <member><name>exitstatus</name><value><int>-1</int></value></member>
        </struct></value>
        </data></array></value>
        </param>
        </params>
        </methodResponse>
        """;

    [Fact]
    public void Processes_are_read()
    {
        Assert.Equal(
            [
                new SupervisordProcess { Name = "web & Api", Group = "front", Start = 1_700_000_000, State = 20 },
                new SupervisordProcess { Name = "batch", Start = 1_600_000_000, State = 100, ExitStatus = -1 },
            ],
            SupervisordReply.Parse(Reply));
    }

    [Theory]
    [InlineData("<html>no</html>", "no XML-RPC reply")]
    [InlineData("", "no XML-RPC reply")]
    [InlineData("<methodResponse><params>", "ends early")]
    [InlineData(
        "<methodResponse><struct><member><name>state</name><value><int>x</int></value></member></struct></methodResponse>",
        "state is \"x\"")]
    [InlineData(
        "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>1</int></value></member>"
        + "<member><name>faultString</name><value><string>UNKNOWN_METHOD</string></value></member></struct></value></fault></methodResponse>",
        "it answers UNKNOWN_METHOD")]
    public void What_is_no_list_of_processes_is_an_error(string xml, string reason)
    {
        var error = Assert.Throws<CollectorException>(() => SupervisordReply.Parse(xml));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_daemon_is_asked_over_http()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<string> serving = Serve(listener.AcceptSocketAsync());

        string text = await Task.Run(() => Scrape($"http://me:secret@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/RPC2"));

        string request = await serving;
        Assert.StartsWith("POST /RPC2 HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Authorization: Basic bWU6c2VjcmV0\r\n", request, StringComparison.Ordinal);
        Assert.Contains("node_supervisord_up{group=\"front\",name=\"web & Api\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE node_supervisord_start_time_seconds counter\n", text, StringComparison.Ordinal);
        Assert.Contains("node_supervisord_start_time_seconds{group=\"front\",name=\"web & Api\"} 1.7e+09\n", text, StringComparison.Ordinal);
        Assert.Contains("node_supervisord_up{group=\"\",name=\"batch\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("node_supervisord_exit_status{group=\"\",name=\"batch\"} -1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("node_supervisord_start_time_seconds{group=\"\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_daemon_is_asked_over_a_unix_socket()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("supervisord");
        string path = Path.Combine(folder.FullName, "socket");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Task<string> serving = Serve(listener.AcceptAsync());

        string text = await Task.Run(() => Scrape("unix://" + path));

        await serving;
        Assert.Contains("node_supervisord_state{group=\"\",name=\"batch\"} 100\n", text, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("localhost", "no http, https or unix URL")]
    [InlineData("unix:///nonexistent/socket", "cannot ask supervisord at unix:///nonexistent/socket: ")]
    public void A_daemon_that_is_not_there_is_an_error(string url, string reason)
    {
        var error = Assert.Throws<CollectorException>(() => Scrape(url));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static async Task<string> Serve(Task<Socket> accepting)
    {
        using Socket client = await accepting;
        byte[] buffer = new byte[4096];
        var request = new StringBuilder();
        while (!request.ToString().Contains("</methodCall>", StringComparison.Ordinal))
        {
            int count = await client.ReceiveAsync(buffer);
            request.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        await client.SendAsync(Encoding.UTF8.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {Encoding.UTF8.GetByteCount(Reply)}\r\n\r\n{Reply}"));
        return request.ToString();
    }

    private static string Scrape(string url)
    {
        using var files = new HostFiles(new HostPaths());
        using var output = new FamilyWriter();
        using var collector = new SupervisordCollector(new SupervisordOptions { Url = url });
        collector.Collect(new CollectorScrape(files, output, new NameCache(), new FakeTimeProvider()));
        return NodeFixtures.Text(output);
    }
}
