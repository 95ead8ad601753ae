#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cri.py - call a container runtime over CRI (kubernetes runtime.v1)

usage: cri.py SOCKET METHOD [JSON]

METHOD is a call of the RuntimeService or ImageService, e.g. RunPodSandbox;
JSON its request and, on standard output, its answer.  The messages that the
tests need are listed below by field number; grpc comes from python3-grpcio.
Field numbers: k8s.io/cri-api/pkg/apis/runtime/v1/api.proto.
"""
import json
import sys

import grpc

# name: {field: (number, type)}; type: a scalar ("str", "int", "bool",
# "bytes", "map": str to str), a message's name, or a list of one of them.
METADATA = {"name": (1, "str"), "uid": (2, "str"), "namespace": (3, "str"),
            "attempt": (4, "int")}
SANDBOX_ID = {"pod_sandbox_id": (1, "str")}
MESSAGES = {
    "Metadata": METADATA,
    "Port": {"protocol": (1, "int"), "container_port": (2, "int"),
             "host_port": (3, "int"), "host_ip": (4, "str")},
    "DNS": {"servers": (1, ["str"]), "searches": (2, ["str"]),
            "options": (3, ["str"])},
    "LinuxSandbox": {"cgroup_parent": (1, "str")},
    "SandboxConfig": {
        "metadata": (1, "Metadata"), "hostname": (2, "str"),
        "log_directory": (3, "str"), "dns_config": (4, "DNS"),
        "port_mappings": (5, ["Port"]), "labels": (6, "map"),
        "annotations": (7, "map"), "linux": (8, "LinuxSandbox")},
    "RunPodSandboxRequest": {"config": (1, "SandboxConfig")},
    "RunPodSandboxResponse": SANDBOX_ID,
    "StopPodSandboxRequest": SANDBOX_ID,
    "StopPodSandboxResponse": {},
    "RemovePodSandboxRequest": SANDBOX_ID,
    "RemovePodSandboxResponse": {},
    "PodSandboxStatusRequest": {"pod_sandbox_id": (1, "str"),
                                "verbose": (2, "bool")},
    "PodSandboxStatusResponse": {"status": (1, "SandboxStatus"),
                                 "info": (2, "map")},
    "SandboxStatus": {"id": (1, "str"), "metadata": (2, "Metadata"),
                      "state": (3, "int"), "network": (5, "Network")},
    "Network": {"ip": (1, "str"), "additional_ips": (2, ["IP"])},
    "IP": {"ip": (1, "str")},
    "ListPodSandboxRequest": {},
    "ListPodSandboxResponse": {"items": (1, ["Sandbox"])},
    "Sandbox": {"id": (1, "str"), "metadata": (2, "Metadata"),
                "state": (3, "int")},
    "Image": {"image": (1, "str")},
    "Auth": {"username": (1, "str"), "password": (2, "str")},
    "ContainerMetadata": {"name": (1, "str"), "attempt": (2, "int")},
    "Mount": {"container_path": (1, "str"), "host_path": (2, "str"),
              "readonly": (3, "bool")},
    "Container": {
        "metadata": (1, "ContainerMetadata"), "image": (2, "Image"),
        "command": (3, ["str"]), "args": (4, ["str"]), "mounts": (7, ["Mount"]),
        "log_path": (11, "str")},
    "CreateContainerRequest": {"pod_sandbox_id": (1, "str"),
                               "config": (2, "Container"),
                               "sandbox_config": (3, "SandboxConfig")},
    "CreateContainerResponse": {"container_id": (1, "str")},
    "StartContainerRequest": {"container_id": (1, "str")},
    "StartContainerResponse": {},
    "ExecSyncRequest": {"container_id": (1, "str"), "cmd": (2, ["str"]),
                        "timeout": (3, "int")},
    "ExecSyncResponse": {"stdout": (1, "bytes"), "stderr": (2, "bytes"),
                         "exit_code": (3, "int")},
    "ListContainersRequest": {},
    "ListContainersResponse": {"containers": (1, ["RunContainer"])},
    "RunContainer": {"id": (1, "str"), "pod_sandbox_id": (2, "str")},
    "PullImageRequest": {"image": (1, "Image"), "auth": (2, "Auth")},
    "PullImageResponse": {"image_ref": (1, "str")},
    "StatusRequest": {"verbose": (1, "bool")},
    "StatusResponse": {"status": (1, "RuntimeStatus")},
    "RuntimeStatus": {"conditions": (1, ["Condition"])},
    "Condition": {"type": (1, "str"), "status": (2, "bool"),
                  "reason": (3, "str"), "message": (4, "str")},
    "VersionRequest": {"version": (1, "str")},
    "VersionResponse": {"version": (1, "str"), "runtime_name": (2, "str"),
                        "runtime_version": (3, "str")},
}


def varint(value):
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def put(number, kind, value):
    """One field, in protocol buffers' wire format."""
    if kind in ("int", "bool"):
        return varint(number << 3) + varint(int(value))
    if kind == "map":
        return b"".join(put(number, "raw", put(1, "str", k) + put(2, "str", v))
                        for k, v in value.items())
    if kind == "str":
        value = value.encode()
    elif kind != "raw":
        value = encode(kind, value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def encode(name, message):
    out = b""
    for field, value in message.items():
        number, kind = MESSAGES[name][field]
        if isinstance(kind, list):
            out += b"".join(put(number, kind[0], item) for item in value)
        else:
            out += put(number, kind, value)
    return out


def take_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """All (number, value) of a message; unknown ones included."""
    at = 0
    while at < len(data):
        key, at = take_varint(data, at)
        if key & 7 == 0:
            value, at = take_varint(data, at)
        else:
            size = {1: 8, 5: 4}.get(key & 7)
            if size is None:
                size, at = take_varint(data, at)
            value, at = data[at:at + size], at + size
        yield key >> 3, value


def decode(name, data):
    by_number = {n: (f, k) for f, (n, k) in MESSAGES[name].items()}
    message = {f: [] for f, (_, k) in MESSAGES[name].items()
               if isinstance(k, list)}
    for number, value in fields(data):
        if number not in by_number:
            continue
        field, kind = by_number[number]
        item = kind[0] if isinstance(kind, list) else kind
        if item in ("str", "bytes"):
            value = value.decode(errors="replace")
        elif item == "bool":
            value = bool(value)
        elif item == "map":
            pair = dict(fields(value))
            message.setdefault(field, {})[pair[1].decode()] = \
                pair.get(2, b"").decode()
            continue
        elif item != "int":
            value = decode(item, value)
        if isinstance(kind, list):
            message[field].append(value)
        else:
            message[field] = value
    return message


def main():
    socket, method = sys.argv[1:3]
    request = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
    service = "ImageService" if method == "PullImage" else "RuntimeService"
    channel = grpc.insecure_channel(
        "unix:" + socket, options=[("grpc.default_authority", "localhost")])
    call = channel.unary_unary(
        f"/runtime.v1.{service}/{method}",
        request_serializer=lambda m: encode(method + "Request", m),
        response_deserializer=lambda d: decode(method + "Response", d))
    try:
        print(json.dumps(call(request, timeout=60)))
    except grpc.RpcError as error:
        print(f"{method}: {error.code().name}: {error.details()}",
              file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
