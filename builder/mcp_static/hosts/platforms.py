"""Platforms for static sites: files by addresses without `.html`, and headers by a file of settings.

What they honour is from their documentation alone; no test here reaches them.
"""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from mcp_static.api import headers
from mcp_static.api.documents import Document
from mcp_static.api.paths import MISSING_PAGE
from mcp_static.api.variants import Variant
from mcp_static.hosts.files import own_document
from mcp_static.hosts.host import MIB, Host, Limits, PlatformDeploy
from mcp_static.hosts.pages import BY_FILES, NO_LIMIT
from mcp_static.settings import Settings

_HEADERS: Final = {
    **headers.CORS_HEADERS,
    "Cache-Control": headers.FRESH,
    "X-Content-Type-Options": headers.CONTENT_OPTIONS,
}
_NOTE: Final = "from its documentation alone"


def _json(name: str, value: Any) -> Document:
    return own_document(name, orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")


def _azure(_: Settings, __: str | None) -> Iterator[Document]:
    """https://learn.microsoft.com/azure/static-web-apps/configuration (global headers, routes)."""
    immutable = {"route": "/assets/*", "headers": {"Cache-Control": headers.IMMUTABLE}}
    missing = {"404": {"rewrite": f"/{MISSING_PAGE}"}}
    yield _json(
        "staticwebapp.config.json",
        {"routes": [immutable], "globalHeaders": _HEADERS, "responseOverrides": missing},
    )


def _netlify(_: Settings, __: str | None) -> Iterator[Document]:
    """https://docs.netlify.com/routing/headers/ (the file `_headers`)."""
    lines = ["/*", *(f"  {name}: {value}" for name, value in _HEADERS.items())]
    yield own_document("_headers", ("\n".join(lines) + "\n").encode())


def _listed(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": name, "value": value} for name, value in values.items()]


def _vercel(_: Settings, __: str | None) -> Iterator[Document]:
    """https://vercel.com/docs/project-configuration (cleanUrls, headers)."""
    immutable = {"Cache-Control": headers.IMMUTABLE}
    yield _json(
        "vercel.json",
        {
            "cleanUrls": True,
            "headers": [
                {"source": "/(.*)", "headers": _listed(_HEADERS)},
                {"source": "/assets/(.*)", "headers": _listed(immutable)},
            ],
        },
    )


def _firebase(_: Settings, __: str | None) -> Iterator[Document]:
    """https://firebase.google.com/docs/hosting/full-config (cleanUrls, headers, ignore)."""
    immutable = {"Cache-Control": headers.IMMUTABLE}
    yield _json(
        "firebase.json",
        {
            "hosting": {
                "public": ".",
                "ignore": ["firebase.json"],
                "cleanUrls": True,
                "headers": [
                    {"source": "**", "headers": _listed(_HEADERS)},
                    {"source": "/assets/**", "headers": _listed(immutable)},
                ],
            }
        },
    )


AZURE: Final = Host(
    name="azure-static-web-apps",
    description="Azure Static Web Apps: static files, no queries.",
    honours=BY_FILES,
    note=_NOTE,
    # https://learn.microsoft.com/azure/static-web-apps/quotas (the free plan; 500 MB on the other)
    limits=Limits(total=250 * MIB),
    too_large=f"The standard plan takes 500 MB. {NO_LIMIT}",
    deployed_by="npx swa deploy, with the output as its folder",
    deployed_by_workflow=True,
    platform=PlatformDeploy(
        "npx --yes @azure/static-web-apps-cli@2.0.10 deploy . --env production",
        variables=(),
        secrets=("SWA_CLI_DEPLOYMENT_TOKEN",),
    ),
    variants=(Variant.HTML,),
    documents=_azure,
)
NETLIFY: Final = Host(
    name="netlify",
    description="Netlify: static files, no queries.",
    honours=BY_FILES,
    note=_NOTE,
    deployed_by="npx netlify deploy --prod --dir, with the output as its folder",
    deployed_by_workflow=True,
    platform=PlatformDeploy(
        "npx --yes netlify-cli@27.10.2 deploy --prod --dir .",
        variables=("NETLIFY_SITE_ID",),
        secrets=("NETLIFY_AUTH_TOKEN",),
    ),
    variants=(Variant.HTML,),
    documents=_netlify,
)
VERCEL: Final = Host(
    name="vercel",
    description="Vercel: static files, no queries.",
    honours=BY_FILES,
    note=_NOTE,
    # https://vercel.com/docs/limits ("Static File uploads", the smallest plan; 1 GB on others)
    limits=Limits(total=100 * MIB),
    too_large=f"Paid plans take 1 GB. {NO_LIMIT}",
    deployed_by="npx vercel deploy --prod, in the output's folder",
    deployed_by_workflow=True,
    platform=PlatformDeploy(
        "npx --yes vercel@58.10.0 deploy --prod --yes",
        variables=("VERCEL_ORG_ID", "VERCEL_PROJECT_ID"),
        secrets=("VERCEL_TOKEN",),
    ),
    variants=(Variant.HTML,),
    documents=_vercel,
)
FIREBASE: Final = Host(
    name="firebase",
    description="Firebase Hosting: static files, no queries.",
    honours=BY_FILES,
    note=_NOTE,
    deployed_by="npx firebase deploy --only hosting, in the output's folder",
    deployed_by_workflow=True,
    platform=PlatformDeploy(
        'npx --yes firebase-tools@15.34.2 deploy --only hosting --project "$FIREBASE_PROJECT"',
        variables=("FIREBASE_PROJECT",),
        secrets=("FIREBASE_TOKEN",),
    ),
    variants=(Variant.HTML,),
    documents=_firebase,
)
