using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Web.Access;

/// <summary>Known so that the message can say why it is refused.</summary>
public sealed record WindowsCertificateFilter
{
    /// <summary>Finds the certificate that the server shows.</summary>
    [Block]
    public ServerFilter? Server { get; init; }

    /// <summary>Checks the certificate that a client shows.</summary>
    [Block]
    public ClientFilter? Client { get; init; }

    public sealed record ServerFilter
    {
        /// <summary>Name of the store.</summary>
        public string Store { get; init; } = "";

        /// <summary>Name of the system store.</summary>
        public string SystemStore { get; init; } = "";

        /// <summary>Common names of issuers.</summary>
        public ValueList<string> IssuerCommonNames { get; init; } = [];

        /// <summary>Template ID in ASN.1 form.</summary>
        public string TemplateId { get; init; } = "";

        /// <summary>How often to look for a new certificate.</summary>
        public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMinutes(5);
    }

    public sealed record ClientFilter
    {
        /// <summary>Common names of issuers.</summary>
        public ValueList<string> IssuerCommonNames { get; init; } = [];

        /// <summary>Pattern that the subject has to match.</summary>
        public string SubjectRegex { get; init; } = "";

        /// <summary>Template ID in ASN.1 form.</summary>
        public string TemplateId { get; init; } = "";
    }
}
