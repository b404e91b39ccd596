"""Writes src/deploy/triton/model-config-schema.ts: names, numbers and types of the fields of Triton's model_config.proto, from the descriptor of the package
tritonclient[grpc]. Run with an interpreter that has it, then `npx biome format --write` the file."""
import json
import sys

from tritonclient.grpc import model_config_pb2

kinds = {1: 'double', 2: 'float', 3: 'int64', 4: 'uint64', 5: 'int32', 8: 'bool', 9: 'string', 12: 'bytes', 13: 'uint32'}


def type_of(field):
    named = field.message_type or field.enum_type
    return named.full_name if named else kinds[field.type]


def is_list(field):
    repeated = getattr(field, 'is_repeated', None)
    return repeated if repeated is not None else field.label == 3


def field_of(field):
    entry = field.message_type
    if entry and entry.GetOptions().map_entry:
        key, value = entry.fields
        return {'keyType': type_of(key), 'type': type_of(value), 'id': field.number}
    return {**({'rule': 'repeated'} if is_list(field) else {}), 'type': type_of(field), 'id': field.number}


def enum_of(enum):
    return {'values': {value.name: value.number for value in enum.values}}


def message_of(message):
    nested = {one.name: message_of(one) for one in message.nested_types if not one.GetOptions().map_entry}
    nested.update({one.name: enum_of(one) for one in message.enum_types})
    oneofs = {one.name: {'oneof': [field.name for field in one.fields]} for one in message.oneofs}
    return {
        **({'oneofs': oneofs} if oneofs else {}),
        'fields': {field.name: field_of(field) for field in message.fields},
        **({'nested': nested} if nested else {}),
    }


descriptor = model_config_pb2.DESCRIPTOR
nested = {name: message_of(one) for name, one in descriptor.message_types_by_name.items()}
nested.update({name: enum_of(one) for name, one in descriptor.enum_types_by_name.items()})
text = json.dumps({descriptor.package: {'nested': nested}}, indent=2)
with open(sys.argv[1], 'w', encoding='utf8') as file:
    file.write(
               "// Written by scripts/triton-schema.py from tritonclient's descriptor of model_config.proto.\n\n"
               "/** Triton's ModelConfig with all that it holds: a field that is not here is one that Triton does not know. */\n"
               f'export const modelConfigSchema = {{ nested: {text} }};\n')
