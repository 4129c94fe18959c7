using System.Net;
using System.Text;
using System.Xml;
using Agent.Components.Common.Http;
using Agent.Components.Common.Http.Cloud;
using Agent.Sdk;

namespace Agent.Components.Remote.S3;

/// <summary>Reads one object; asks for its content only where it has changed.</summary>
/// <param name="arguments">Of the component.</param>
/// <param name="services">Where credentials and region come from.</param>
/// <param name="metrics">Of the component.</param>
/// <param name="time">Signs, and waits between attempts.</param>
internal sealed class S3Request(RemoteS3.Arguments arguments, AwsServices services, S3Metrics metrics, TimeProvider time) : IRemoteSource
{
    // The content becomes a string of the configuration; a download named by mistake must not fill the memory.
    private const int LargestObject = 32 * 1024 * 1024;
    private const int LongestError = 64 * 1024;
    private static readonly RetryTimes Retries = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), 2);

    private readonly S3Location _location = S3Location.Parse(arguments.Path)
        ?? throw new ComponentException($"cannot read {arguments.Path}: it is not s3://BUCKET/KEY");

    private readonly HttpClient _http = HttpClientBuilder.Build(
        new HttpClientOptions
        {
            FollowRedirects = false,
            Proxy = new ProxyOptions { ProxyFromEnvironment = true },
            TlsConfig = new TlsClientOptions { InsecureSkipVerify = arguments.Client.DisableSsl },
        },
        time);

    private readonly AwsCredentialSource _source = new(
        new SigV4Options
        {
            ServiceName = "s3", AccessKey = arguments.Client.Key, SecretKey = arguments.Client.Secret, Region = RegionOf(arguments.Client, services),
        },
        services,
        time);

    private string? _tag;
    private RemoteS3.Exports? _last;

    public async Task<object> AskAsync(CancellationToken stop)
    {
        bool isRead = false;
        try
        {
            RemoteS3.Exports exports = await ReadAsync(stop);
            isRead = true;
            metrics.Accessed.Set(time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            return exports;
        }
        finally
        {
            if (!isRead)
            {
                metrics.Errors.Increment();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _source.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Empty where the machine has to be asked, which is no use where the storage is not that of AWS.</summary>
    private static string RegionOf(S3ClientOptions client, AwsServices services)
    {
        if (client.Region.Length > 0 || client.Endpoint.Length == 0)
        {
            return client.Region;
        }
        string[] candidates = [services.Variable("AWS_REGION"), services.Variable("AWS_DEFAULT_REGION"), "us-east-1"];
        return Array.Find(candidates, static region => region.Length > 0)!;
    }

    private async Task<RemoteS3.Exports> ReadAsync(CancellationToken stop)
    {
        AwsCredentials credentials = await _source.GetAsync(stop);
        string region = await _source.RegionAsync(stop);
        Uri url = _location.UrlIn(arguments.Client, region);
        string signed = arguments.Client.Endpoint.Length > 0 && arguments.Client.SigningRegion.Length > 0 ? arguments.Client.SigningRegion : region;
        using HttpResponseMessage response = await new RetriedRequest(_http, Retries, time).SendAsync(() => Build(url, credentials, signed), stop);
        if (response.StatusCode == HttpStatusCode.NotModified && _last is not null)
        {
            return _last;
        }
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpRequestException(await ExplainAsync(response, stop), null, response.StatusCode);
        }
        ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, LargestObject, stop);
        _last = new RemoteS3.Exports(new OptionalSecret(Encoding.UTF8.GetString(body.Span), arguments.IsSecret));
        _tag = response.Headers.ETag?.ToString();
        return _last;
    }

    private HttpRequestMessage Build(Uri url, AwsCredentials credentials, string region)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (_tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", _tag);
        }
        SigV4.Sign(request, [], credentials, new SigV4Scope(region, "s3", time.GetUtcNow()));
        return request;
    }

    /// <summary>The storage says in XML what it minds.</summary>
    private async Task<string> ExplainAsync(HttpResponseMessage response, CancellationToken stop)
    {
        string status = $"cannot read {arguments.Path}: unexpected status code {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        ReadOnlyMemory<byte> body = await BoundedBody.ReadStartAsync(response, LongestError, stop);
        string? code = null;
        string? message = null;
        try
        {
            using var text = new StringReader(Encoding.UTF8.GetString(body.Span));
            using var xml = XmlReader.Create(text, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            for (bool more = xml.Read(); more; more = !xml.EOF)
            {
                // Reading a text moves on to what follows its element.
                switch (xml.NodeType == XmlNodeType.Element ? xml.LocalName : "")
                {
                    case "Code":
                        code = xml.ReadElementContentAsString();
                        break;
                    case "Message":
                        message = xml.ReadElementContentAsString();
                        break;
                    default:
                        xml.Read();
                        break;
                }
            }
        }
        catch (XmlException)
        {
            // A proxy's page, or nothing: the status has to do.
        }
        return code is null ? status : $"{status}: {code}: {message}";
    }
}
